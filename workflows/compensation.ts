import {
  ApplicationFailure,
  CancellationScope,
  defineSignal,
  getExternalWorkflowHandle,
  log,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import type { Discarding } from '../activities/discard-backups';
import { causeOf, endOfStep, sentenceOf, type Cause } from './run/failure-cause';
import { FAILURES } from './domain/failure';
import type { Job } from './domain/job';
import type { Report, RestoreProof } from './domain/report';
import type { Timing } from './domain/timing';
import { refused } from './run/outcomes';
import type { Run } from './run/run';
import { planning, restoring } from './activity-options';

/** Tells a parent that its child is parked: the child does not close, and may not be waited for. */
export const childParked = defineSignal<[ParkedChild]>('childParked');

/** A child that waits for an operator. */
export interface ParkedChild {
  readonly workflowId: string;
  readonly report: Report;
}

/** What is restored, and how the run ends once it is. */
export interface Compensation {
  readonly run: Run;
  readonly job: Job;
  readonly failed: (error: unknown, proof: RestoreProof) => Error;
}

/**
 * Runs `use` with its compensation registered before the first write. When it fails or is cancelled
 * the target is restored, shielded from cancellation. A run that lost its target to another ends
 * as refused: the other's work is none of its own, and not restored.
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
    const proof = await CancellationScope.nonCancellable(() => restoreOrPark(run, job, cause));
    if (cause.code === 'ProjectBusy') throw refused(run, [cause]);
    throw failed(error, proof);
  }
}

/** Restores the target; if that cannot finish the run is parked until an operator decides. */
export async function restoreOrPark(run: Run, job: Job, cause: Cause): Promise<RestoreProof> {
  const { target, targetBefore, timing } = job;
  // What was not there before is gone again without any backup: every worker can see to that.
  const host = targetBefore.kind === 'absent' ? undefined : job.host;
  const words = `put ${target.database} back to: ${targetBefore.kind}`;
  const restore = (): Promise<RestoreProof> =>
    restoring(words, { timing, host }, (activities) => activities.restoreProject(job), run);
  // The marker is in the target, not next to the backup: any worker can set it, also if the host is lost.
  const abandon = (): Promise<void> => planning('give the restore up').abandonRestore(job);
  return orParked({ run, cause, targetBackupId: job.targetBackupId, abandon }, () =>
    run.step('restoreProject', restore, (proof) => ({ tables: [], note: proof.facts.join('; ') })),
  );
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
export async function discardOrPark(
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

interface Parkable {
  readonly run: Run;
  readonly cause: Cause;
  readonly targetBackupId?: string | undefined;
  /** Fences what was given up. */
  readonly abandon?: (() => Promise<void>) | undefined;
}

async function orParked<T>(parkable: Parkable, use: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await use();
    } catch (error) {
      await parked(parkable, causeOf(error));
    }
  }
}

/** Waits for an operator. The outcome says so to lists, the details say what is wrong and what helps. */
async function parked(
  { run, cause, targetBackupId, abandon }: Parkable,
  why: Cause,
): Promise<void> {
  run.parked(`the restore cannot finish: ${sentenceOf(why)}. ${FAILURES[why.code].action}`);
  const problems = [cause, why].map((one) => ({ code: one.code, message: sentenceOf(one) }));
  const report = run.report('parked', { problems, targetBackupId });
  upsertMemo({ report });
  await tellParent(report);
  const decision = await run.parking.decision();
  if (decision.kind === 'retry') {
    run.resumed();
    return;
  }
  const fenced = await fencedOff(abandon);
  throw ApplicationFailure.create({
    type: 'RestoreUnproved',
    message: `Parked and abandoned: ${decision.reason}. The restore could not finish: ${sentenceOf(why)}${fenced}`,
    nonRetryable: true,
    details: [report],
  });
}

/** Closes the target to late attempts; if its server does not answer that is reported, and not waited for. */
async function fencedOff(abandon: Parkable['abandon']): Promise<string> {
  try {
    await abandon?.();
    return '';
  } catch (error) {
    return `. The target could not be fenced: ${sentenceOf(causeOf(error))}`;
  }
}

async function tellParent(report: Report): Promise<void> {
  const { parent, workflowId } = workflowInfo();
  if (parent === undefined) return;
  try {
    await getExternalWorkflowHandle(parent.workflowId).signal(childParked, { workflowId, report });
  } catch (error) {
    // A parent that has ended waits for no one.
    log.warn('could not signal the parent that this run is parked', { error: String(error) });
  }
}
