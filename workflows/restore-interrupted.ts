import { ApplicationFailure } from '@temporalio/workflow';
import { abandonInPlaceOf, restoreInPlaceOf } from './compensation';
import type { Interrupted } from './domain/interrupted';
import type { Report } from './domain/report';
import { causeOf } from './run/failure-cause';
import { abandoned, restored } from './run/outcomes';
import { Run } from './run/run';

/**
 * Restores the target of a run that closed without having done so, in that run's place, and ends as that run should
 * have. With a reason it leaves the target as it stands instead.
 */
export async function restoreInterrupted(
  interrupted: Interrupted,
  reason?: string,
): Promise<Report> {
  const { project, source, target, job, runId, how, left } = interrupted;
  const run = new Run(['restoreProject']);
  run.concerns(project, { source, target: target.connection });
  if (job !== undefined) run.backedUp(job.backupId);
  const error = ApplicationFailure.nonRetryable(
    `run ${runId} was ${how}; it left ${left.join(', ')}`,
    'Interrupted',
  );
  const targetBackupId = job?.targetBackupId;
  if (reason !== undefined) {
    await abandonInPlaceOf(interrupted, run, causeOf(error));
    throw abandoned(run, error, { reason, targetBackupId });
  }
  const restore = await restoreInPlaceOf(interrupted, run, causeOf(error));
  throw restored(run, error, { restore, targetBackupId });
}
