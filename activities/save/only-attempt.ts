import type { Job } from '../../workflows/domain/job';
import type { Attempt } from '../attempt';
import { projectBusy, endOtherAttempts, tryLock } from '../postgres/fence';
import { lockDatabaseRef } from '../postgres/maintenance';
import { assertStillCurrent } from '../still-current';

/**
 * Runs `use` as the only attempt of its run that still can finish: the sessions of others are ended, the
 * project and its database are locked against writers. `assertOurs` throws once somebody has taken over.
 */
export async function withSharedLease<T>(
  { connections, runId }: Attempt,
  { project, target }: Pick<Job, 'project' | 'target'>,
  use: (assertOurs: () => Promise<void>) => Promise<T>,
): Promise<T> {
  return connections.with(lockDatabaseRef(target.connection, target), async (lock) => {
    await assertStillCurrent();
    await endOtherAttempts(lock, [runId]);
    if (!(await tryLock(lock, project, 'shared'))) throw projectBusy(project);
    // A session that has been ended answers nothing any more.
    return use(async () => {
      await lock.query('SELECT');
    });
  });
}
