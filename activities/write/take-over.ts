import type { Job } from '../../workflows/domain/job';
import type { Attempt } from '../attempt';
import { failure } from '../failure';
import type { Connections } from '../postgres/connections';
import { assertLeaseHeld, endOtherAttempts, tryLock } from '../postgres/fence';
import { lockDatabaseRef } from '../postgres/maintenance';
import { assertStillCurrent } from '../still-current';

/**
 * Runs `use` alone: sessions of other attempts of the run (and of the one it replaces) are ended, the locks of the project and of the
 * database are taken, and the sessions ended once more, for one that was opened meanwhile. The sessions
 * that `use` gets can write only for as long as nobody has taken over from it in the same way.
 */
export async function takeLease<T>(
  { connections, runId }: Attempt,
  { project, target, replacesRun }: Pick<Job, 'project' | 'target' | 'replacesRun'>,
  use: (connections: Connections) => Promise<T>,
): Promise<T> {
  return connections.with(lockDatabaseRef(target.connection, target), async (lock) => {
    await assertStillCurrent();
    const runs = replacesRun === undefined ? [runId] : [runId, replacesRun];
    await endOtherAttempts(lock, runs);
    if (!(await tryLock(lock, project, 'exclusive'))) {
      throw failure(
        'LockHeld',
        `another run holds the lock of project "${project.projectRef}" or database "${project.databaseName}"`,
      );
    }
    const session = await endOtherAttempts(lock, runs);
    return use(connections.guarded((client) => assertLeaseHeld(client, session)));
  });
}
