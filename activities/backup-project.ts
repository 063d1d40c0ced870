import type { BackupResult } from '../workflows/domain/job';
import { sessionsOf } from '../workflows/domain/sessions';
import type { Plan } from '../workflows/domain/plan';
import { attempt, type Attempt } from './runtime/attempt';
import { projectOfPlan } from './projects/resolve';
import { readProjectScope } from './postgres/scope/project-scope';
import type { Resources } from './runtime/resources';
import { withSharedLease } from './runtime/lease';
import { backupResult, exportDatabase } from './backup/export-database';
import { resolvePlanExtent } from './plan/extent';

/** What `backupProject` needs of a plan. */
export type BackupOrder = Pick<Plan, 'project' | 'source' | 'target' | 'format' | 'jobs'> & {
  readonly backupId: string;
  /** The tables in which the plan saw rows of the project. */
  readonly holding?: readonly string[] | undefined;
};

/**
 * Writes the project's rows into a backup folder: one snapshot, one file a table, fingerprints, the
 * manifest last. Run again with the same id it gives the backup that is already there.
 */
export async function backupProject(
  resources: Resources,
  order: BackupOrder,
): Promise<BackupResult> {
  return attempt(
    resources,
    {
      step: 'backupProject',
      projectRef: order.project.projectRef,
      source: order.source.connection,
    },
    async (current) => {
      const { store } = resources;
      if (await store.has(order.backupId))
        return backupResult(await store.manifest(order.backupId));
      return withSharedLease(current, order, (assertOurs) =>
        save(resources, order, { ...current, assertOurs }),
      );
    },
  );
}

interface Saver extends Attempt {
  readonly assertOurs: () => Promise<void>;
}

async function save(
  resources: Resources,
  order: BackupOrder,
  { connections, meter, runId, assertOurs, awaitSource }: Saver,
): Promise<BackupResult> {
  const { settings, store } = resources;
  const { backupId, format } = order;
  const holding = new Set(order.holding);
  const project = await projectOfPlan(connections, settings, order);
  const manifest = await exportDatabase(store, connections, {
    backupId,
    kind: 'project',
    format,
    project,
    rules: project,
    databaseRef: { connection: project.source, access: 'read' },
    extent: await resolvePlanExtent(connections, project),
    sessions: sessionsOf(settings, order),
    meter,
    runId,
    assertOurs,
    awaitTurn: settings.throttle && (() => awaitSource(project.source)),
    select: async (client, tables) => {
      const presumed = (table: string): boolean => holding.has(table);
      return (await readProjectScope(client, tables, project, presumed)).tables;
    },
  });
  return backupResult(manifest);
}
