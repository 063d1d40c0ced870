import { CancellationScope } from '@temporalio/workflow';
import type { Discarding } from '../activities/discard-backups';
import { planning, restoring } from './activity-options';
import type { Interrupted } from './domain/interrupted';
import type { Job } from './domain/job';
import type { RestoreProof } from './domain/report';
import type { Timing } from './domain/timing';
import { causeOf, endOfStep, type Cause } from './run/failure-cause';
import { parked, refused } from './run/outcomes';
import type { Run } from './run/run';

/** What is restored, and how the run ends once it is. */
export interface Compensation {
  readonly run: Run;
  readonly job: Job;
  readonly failed: (error: unknown, proof: RestoreProof) => Error;
}

/**
 * Runs `use` with its compensation registered before the first write. When it fails or is cancelled
 * the target is restored, shielded from cancellation. A run that lost its target to another ends
 * as refused: the other's work is none of its own, and not restored. If the restore cannot finish, the run ends as
 * parked.
 */
export async function withRestore<T>(
  { run, job, failed }: Compensation,
  use: () => Promise<T>,
): Promise<T> {
  try {
    return await use();
  } catch (caught) {
    const error = endOfStep(caught);
    const cause = causeOf(error);
    const proof = await CancellationScope.nonCancellable(() => restoreTarget(run, job, cause));
    if (cause.code === 'ProjectBusy') throw refused(run, [cause]);
    throw failed(error, proof);
  }
}

/** What has been begun in the backup directory, and by whom. */
export type Begun = Pick<Discarding, 'project' | 'source' | 'target' | 'insteadOf'> & {
  readonly backupIds: readonly string[];
  readonly timing?: Timing | undefined;
  readonly host?: string | undefined;
};

/**
 * Removes what a run began in the backup directory, shielded from cancellation; a backup that was found damaged as
 * well. Gives the backups that are whole and stay.
 */
export async function discardBackups(
  run: Run,
  begun: Begun,
  cause: Cause,
): Promise<readonly string[]> {
  const { project, source, target, backupIds, insteadOf } = begun;
  const words = `remove what is begun of ${backupIds.join(', ')}`;
  const damaged = cause.code === 'BackupDamaged';
  const discarding = { project, source, target, backupIds, insteadOf, damaged };
  const discard = (): Promise<readonly string[]> =>
    restoring(words, begun, (activities) => activities.discardBackups(discarding), run);
  return CancellationScope.nonCancellable(() => orParked({ run, cause }, discard));
}

/**
 * Restores in its place what a closed run has left, and proves it, shielded from cancellation. Gives no proof if
 * that run never wrote into a database.
 */
export async function restoreInPlaceOf(
  { workflowId, runId, ...left }: Interrupted,
  run: Run,
  cause: Cause,
): Promise<RestoreProof | undefined> {
  const { project, source, target, job, backupIds, timing, host } = left;
  const insteadOf = { workflowId, runId };
  return CancellationScope.nonCancellable(async () => {
    const proof = job && (await restoreTarget(run, { ...job, timing, insteadOf }, cause));
    const begun = { project, source, target, backupIds, timing, host, insteadOf };
    await discardBackups(run, begun, cause);
    return proof;
  });
}

/** Accepts the target of a closed run as it stands; from then on no restore changes it. */
export async function abandonInPlaceOf(
  { workflowId, runId, job, timing }: Interrupted,
  run: Run,
  cause: Cause,
): Promise<void> {
  if (job === undefined) return;
  // The marker is in the target, not next to the backup: any worker can set it, also if the host is lost.
  const words = `leave ${job.target.database} as it stands`;
  const order = { ...job, timing, insteadOf: { workflowId, runId } };
  await orParked({ run, cause }, () => planning(words).abandonRestore(order));
}

async function restoreTarget(run: Run, job: Job, cause: Cause): Promise<RestoreProof> {
  const { target, targetBefore, timing, targetBackupId, insteadOf } = job;
  // What was not there before is gone again without any backup: every worker can see to that.
  const host = targetBefore.kind === 'absent' ? undefined : job.host;
  const words = `put ${target.database} back to: ${targetBefore.kind}`;
  const restore = (): Promise<RestoreProof> =>
    restoring(
      words,
      { timing, host, insteadOf },
      (activities) => activities.restoreProject(job),
      run,
    );
  return orParked({ run, cause, targetBackupId }, () =>
    run.step('restoreProject', restore, (proof) => ({ tables: [], note: proof.facts.join('; ') })),
  );
}

interface Parkable {
  readonly run: Run;
  /** Why it has to be restored. */
  readonly cause: Cause;
  readonly targetBackupId?: string | undefined;
}

/**
 * Ends the run as parked if `use` fails: an operator has to remove the cause. `reconcile` and `restore-pending`
 * (`restoreInterrupted`) or the next start (`MigrationSteps.plan`) restore the target then.
 */
async function orParked<T>(
  { run, cause, targetBackupId }: Parkable,
  use: () => Promise<T>,
): Promise<T> {
  try {
    return await use();
  } catch (error) {
    throw parked(run, { cause, why: causeOf(error), targetBackupId });
  }
}
