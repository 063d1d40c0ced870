import { ApplicationFailure } from '@temporalio/common';
import { FAILURES, isFailureCode } from '../workflows/domain/failure';
import type { Job } from '../workflows/domain/job';
import type { RestoreProof } from '../workflows/domain/report';
import { proveRestored } from './target/proof';
import { restoreAbsent, restoreEmpty, restoreFilled, dropCreatedRoles } from './target/restore';
import type { Resources } from './runtime/resources';
import { withExclusiveLease, type Writer } from './runtime/lease';

/**
 * Restores the target to what the plan recorded, from whatever state it is in, and proves it. It is given a
 * state, not steps: it works after a step that ran partly, twice or never, and is safe to run twice.
 * It does not change what this run did not make.
 */
export async function restoreProject(resources: Resources, job: Job): Promise<RestoreProof> {
  return fixing(() =>
    withExclusiveLease(resources, { step: 'restoreProject', job }, (writer) => restore(writer)),
  );
}

async function restore(writer: Writer): Promise<RestoreProof> {
  const restoreFrom = { absent: restoreAbsent, empty: restoreEmpty, filled: restoreFilled }[
    writer.job.targetBefore.kind
  ];
  await restoreFrom(writer);
  const kept = await dropCreatedRoles(writer);
  const proof = await proveRestored(writer);
  return { ...proof, facts: [...proof.facts, ...kept] };
}

/** Retries failures that an operator can fix, even those that are permanent for other steps. */
async function fixing<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    const code = error.type ?? '';
    if (!isFailureCode(code) || !FAILURES[code].operatorCanFix) throw error;
    throw ApplicationFailure.create({ type: code, message: error.message, nonRetryable: false });
  }
}
