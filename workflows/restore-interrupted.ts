import { ApplicationFailure } from '@temporalio/workflow';
import { discardOrPark, restoreOrPark } from './compensation';
import type { Interrupted } from './domain/interrupted';
import type { Report } from './domain/report';
import { causeOf } from './run/failure-cause';
import { restored } from './run/outcomes';
import { Run } from './run/run';

/** Restores the target of a run that was ended from outside, in that run's place, and ends as that run should have. */
export async function restoreInterrupted(interrupted: Interrupted): Promise<Report> {
  const { project, source, target, job, backupIds, host } = interrupted;
  const { timing, workflowId, runId, how, left } = interrupted;
  const run = new Run(['restoreProject']);
  run.concerns(project, { source, target: target.connection });
  const insteadOf = { workflowId, runId };
  const error = ApplicationFailure.nonRetryable(
    `run ${runId} was ${how}; it left ${left.join(', ')}`,
    'Interrupted',
  );
  const cause = causeOf(error);
  await discardOrPark(run, { project, source, target, backupIds, timing, host, insteadOf }, cause);
  if (job === undefined) throw restored(run, error, {});
  run.backedUp(job.backupId);
  const restore = await restoreOrPark(run, { ...job, timing, insteadOf }, cause);
  throw restored(run, error, { restore, targetBackupId: job.targetBackupId });
}
