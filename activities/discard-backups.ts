import type { RunName } from '../workflows/domain/job';
import type { DatabaseIdentity } from '../workflows/domain/plan';
import type { ProjectIdentity } from '../workflows/domain/request';
import { attempt, endEarlierReaders } from './runtime/attempt';
import { endOtherAttempts } from './postgres/lease';
import { lockDatabaseRef } from './postgres/database';
import type { Resources } from './runtime/resources';

/** The unfinished backups of a run that has ended. */
export interface Discarding {
  readonly project: ProjectIdentity;
  readonly target: Pick<DatabaseIdentity, 'connection'>;
  /** The connection that they were being read from, if known. */
  readonly source?: string | undefined;
  readonly backupIds: readonly string[];
  readonly insteadOf?: RunName | undefined;
  /** Whether they were found damaged: then they are removed although they are published. */
  readonly damaged?: boolean | undefined;
}

/**
 * Removes what a run began to write into the backup directory and did not finish; an attempt that is still writing it
 * cannot finish it any more. Whole backups stay, and their ids are returned. Safe to run twice.
 */
export async function discardBackups(
  resources: Resources,
  { project, target, source, backupIds, insteadOf, damaged = false }: Discarding,
): Promise<readonly string[]> {
  const identity = { step: 'backupProject', projectRef: project.projectRef, insteadOf } as const;
  return attempt(resources, identity, async ({ connections, runId }) => {
    await connections.with(lockDatabaseRef(target.connection), (lock) =>
      endOtherAttempts(lock, [runId]),
    );
    const connection = source ?? resources.settings.source;
    await endEarlierReaders(connections, { runId, connection });
    const { store } = resources;
    const kept: string[] = [];
    for (const backupId of backupIds) {
      if (damaged) await store.remove(backupId, runId);
      await store.discard(backupId, runId);
      if (await store.has(backupId)) kept.push(backupId);
    }
    return kept;
  });
}
