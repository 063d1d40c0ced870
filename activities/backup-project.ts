import type { BackupResult } from '../workflows/domain/job';
import type { Plan } from '../workflows/domain/plan';
import { attempt, type Attempt } from './runtime/attempt';
import { otherRefs } from './projects/servers';
import { readProjectScope } from './postgres/scope/project-scope';
import type { Resources } from './runtime/resources';
import { withSharedLease } from './runtime/lease';
import { backupResult, exportDatabase } from './backup/export-database';
import { resolvePlanExtent } from './plan/extent';

/** What `backupProject` needs of a plan. */
export type BackupOrder = Pick<Plan, 'project' | 'source' | 'target' | 'format'> & {
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
  { connections, meter, runId, assertOurs }: Saver,
): Promise<BackupResult> {
  const { settings, store } = resources;
  const { project, backupId, format } = order;
  const holding = new Set(order.holding);
  const { connection } = order.source;
  const configuredRefs = await otherRefs(connections, { settings, source: connection }, project);
  const { tenancy, scopes } = settings;
  const manifest = await exportDatabase(store, connections, {
    backupId,
    kind: 'project',
    format,
    project,
    databaseRef: { connection, access: 'read' },
    extent: await resolvePlanExtent(connections, connection, scopes),
    tenancy,
    scopes,
    meter,
    runId,
    assertOurs,
    select: async (pair, tables) => {
      const presumed = (table: string): boolean => holding.has(table);
      const wanted = { ...project, tenancy, scopes, configuredRefs, presumed };
      return (await readProjectScope(pair.copying, tables, wanted)).tables;
    },
  });
  return backupResult(manifest);
}
