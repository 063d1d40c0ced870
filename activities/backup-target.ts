import type { BackupResult } from '../workflows/domain/job';
import type { Manifest } from '../workflows/domain/manifest';
import { sessionsOf } from '../workflows/domain/sessions';
import type { Plan } from '../workflows/domain/plan';
import { attempt } from './runtime/attempt';
import type { Resources } from './runtime/resources';
import { withSharedLease } from './runtime/lease';
import { backupResult, exportDatabase } from './backup/export-database';
import { proveBackup } from './backup/prove-backup';

/** What `backupTarget` needs to know. */
export type TargetBackupOrder = Pick<Plan, 'project' | 'target' | 'format' | 'extent' | 'jobs'> & {
  readonly backupId: string;
};

/**
 * Backs up all rows that the target holds before they are replaced, as they are: no scope, nothing
 * rewritten. Then it proves that the backup can be loaded again: from here on these rows may be removed. If it runs again
 * with the same id, it proves the backup that is already there.
 */
export async function backupTarget(
  resources: Resources,
  { project, target, format, extent, backupId, jobs }: TargetBackupOrder,
): Promise<BackupResult> {
  return attempt(
    resources,
    { step: 'backupProject', projectRef: project.projectRef },
    async (current) => {
      const { settings, store } = resources;
      const { connections, meter, runId } = current;
      const databaseRef = { connection: target.connection, database: target.database };
      const save = (): Promise<Manifest> =>
        withSharedLease(current, { project, target }, (assertOurs) =>
          exportDatabase(store, connections, {
            ...{ backupId, format, project, meter, runId, assertOurs },
            kind: 'target',
            sessions: sessionsOf(settings, { jobs }),
            databaseRef: { ...databaseRef, access: 'read' },
            extent: { ...extent, withoutColumns: [] },
            select: (_client, tables) =>
              Promise.resolve(tables.map((facts) => ({ facts, where: 'true' }))),
          }),
        );
      const manifest = (await store.has(backupId)) ? await store.manifest(backupId) : await save();
      await proveBackup({ connections, meter, store, manifest, databaseRef });
      return backupResult(manifest);
    },
  );
}
