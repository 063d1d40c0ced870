import type { BackupResult } from '../workflows/domain/job';
import type { Plan } from '../workflows/domain/plan';
import { attempt } from './attempt';
import type { Resources } from './resources';
import { onlyAttempt } from './save/only-attempt';
import { backupResult } from './save/result';
import { saveDatabase } from './save/save-database';

/** What `backupTarget` needs to know. */
export type TargetBackupOrder = Pick<Plan, 'project' | 'target' | 'format' | 'extent'> & {
  readonly backupId: string;
};

/**
 * Saves all rows that the target holds before they are replaced, as they are: no scope, nothing
 * rewritten. Run again with the same id it gives the backup that is already there.
 */
export async function backupTarget(
  resources: Resources,
  { project, target, format, extent, backupId }: TargetBackupOrder,
): Promise<BackupResult> {
  return attempt(
    resources,
    { step: 'backupProject', projectRef: project.projectRef },
    async (current) => {
      const { store } = resources;
      if (await store.has(backupId)) return backupResult(await store.manifest(backupId));
      const { connections, meter, runId } = current;
      const manifest = await onlyAttempt(current, { project, target }, (assertOurs) =>
        saveDatabase(store, connections, {
          ...{ backupId, format, project, meter, runId, assertOurs },
          kind: 'target',
          place: { connection: target.connection, database: target.database, access: 'read' },
          extent: { ...extent, withoutColumns: [] },
          select: (_pair, tables) =>
            Promise.resolve(tables.map((facts) => ({ facts, where: 'true' }))),
        }),
      );
      return backupResult(manifest);
    },
  );
}
