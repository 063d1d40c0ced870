import {
  CancellationScope,
  condition,
  defineUpdate,
  setHandler,
  ApplicationFailure,
  upsertMemo,
} from '@temporalio/workflow';
import type { Job } from './domain/job';
import type { RestoreProof } from './domain/report';
import { FAILURES } from './domain/failure';
import { causeOf, refused, type Cause } from './endings';
import type { Run } from './progress';
import { restoring } from './steps';

/** Asks a parked run to try its restore again. */
const retryRestore = defineUpdate<string>('retryRestore');

/** Tells a parked run that its restore is given up, and why; the target stays as it is. */
const abandonRestore = defineUpdate<string, [reason: string]>('abandonRestore');

/** What is undone, and how the run ends once it is. */
export interface Undoing {
  readonly run: Run;
  readonly job: Job;
  readonly failed: (error: unknown, proof: RestoreProof) => Error;
}

/**
 * Runs `use` with its compensation registered before the first write. When it fails or is cancelled
 * the target is driven back, shielded from cancellation. Only a run that lost its target to another
 * before it wrote anything has nothing to undo.
 */
export async function withRestore<T>(
  { run, job, failed }: Undoing,
  use: () => Promise<T>,
): Promise<T> {
  try {
    return await use();
  } catch (error) {
    const { code, message } = causeOf(error);
    if (code === 'ProjectBusy') throw refused(run, [{ code, message }]);
    throw failed(
      error,
      await CancellationScope.nonCancellable(() => restoreOrPark(run, job, { code, message })),
    );
  }
}

async function restoreOrPark(run: Run, job: Job, cause: Cause): Promise<RestoreProof> {
  for (;;) {
    try {
      return await run.step(
        'restoreProject',
        () =>
          restoring(`put ${job.target.database} back to: ${job.targetBefore.kind}`).restoreProject(
            job,
          ),
        (proof) => ({ tables: [], note: proof.facts.join('; ') }),
      );
    } catch (error) {
      await parked(run, job, [cause, causeOf(error)]);
    }
  }
}

/** Waits for a person. The outcome says so to lists, the details say what is wrong. */
async function parked(run: Run, job: Job, why: readonly Cause[]): Promise<void> {
  const decision: { made?: 'retry' | 'abandon'; reason?: string } = {};
  setHandler(retryRestore, () => {
    decision.made = 'retry';
    return 'the restore is tried again';
  });
  setHandler(abandonRestore, (reason) => {
    decision.made = 'abandon';
    decision.reason = reason;
    return 'the restore is given up; the target stays as it is';
  });
  run.ended('parked');
  const problems = why.map(({ code, message }) => ({
    code,
    message: `${FAILURES[code].meaning}: ${message}`,
  }));
  const report = run.report('parked', { problems, targetBackupId: job.targetBackupId });
  upsertMemo({ report });
  await condition(() => decision.made !== undefined);
  if (decision.made === 'retry') return;
  const message = `Parked and abandoned: ${decision.reason ?? ''}. The restore could not finish: ${why.at(-1)?.message ?? ''}`;
  throw ApplicationFailure.create({
    type: 'RestoreUnproved',
    message,
    nonRetryable: true,
    details: [report],
  });
}
