import type { BackupResult } from '../workflows/domain/job';
import type { Plan } from '../workflows/domain/plan';
import { attempt } from './attempt';
import { SCOPE_RULES } from './postgres/scope/rules';
import type { TableFacts } from './postgres/catalog/tables';
import type { Resources } from './resources';
import { backupResult } from './save/result';
import { saveDatabase, type Selected } from './save/save-database';

/** What `backupTarget` needs to know. */
export type TargetBackupOrder = Pick<Plan, 'project' | 'target' | 'format'> & {
  readonly backupId: string;
};

/**
 * Saves all rows that the target holds before they are replaced, as they are: no scope, nothing
 * rewritten. Run again with the same id it gives the backup that is already there.
 */
export async function backupTarget(
  resources: Resources,
  { project, target, format, backupId }: TargetBackupOrder,
): Promise<BackupResult> {
  return attempt(
    resources,
    { step: 'backupProject', projectRef: project.projectRef },
    async ({ connections, meter }) => {
      const { store } = resources;
      if (await store.has(backupId)) return backupResult(await store.manifest(backupId));
      const manifest = await saveDatabase(store, connections, {
        backupId,
        kind: 'target',
        format,
        project,
        place: { connection: target.connection, database: target.database, access: 'read' },
        meter,
        select: (_pair, tables) => Promise.resolve(everything(tables)),
      });
      return backupResult(manifest);
    },
  );
}

function everything(tables: readonly TableFacts[]): readonly Selected[] {
  const order = new Map(SCOPE_RULES.map((rule, index) => [rule.table, index]));
  const position = (facts: TableFacts): number => order.get(facts.table) ?? order.size;
  return [...tables]
    .sort((a, b) => position(a) - position(b))
    .map((facts) => ({ facts, where: 'true' }));
}
