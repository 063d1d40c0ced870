import {
  ApplicationFailure,
  CancelledFailure,
  isCancellation,
  upsertMemo,
} from '@temporalio/workflow';
import { causeOf, sentenceOf, type Cause } from './failure-cause';
import { truncate } from './current-details';
import { cutText, LONGEST_MESSAGE } from '../domain/bounds';
import { FAILURES, type FailureCode } from '../domain/failure';
import type { Problem } from '../domain/plan';
import type { Report, RestoreProof } from '../domain/report';
import type { Run } from './run';

/** Ends a run that touched nothing: Failed, with every problem in its first line and the report in its details. */
export function refused(run: Run, found: readonly Problem[]): ApplicationFailure {
  run.ended('refused');
  const problems = found.map(({ code, message }) => ({ code, message }));
  const report = run.report('refused', { problems });
  const words = truncate(problems.map((problem) => problem.message));
  return ended('Refused', `Refused, nothing was touched: ${words}`, report);
}

/** Ends a run that failed and was restored: the first line says what happened and what was done about it. */
export function restored(run: Run, error: unknown, found: Partial<Report>): Error {
  run.ended('restored');
  const cause = causeOf(error);
  const { code } = cause;
  const problem = { code, message: sentenceOf(cause) };
  const report = run.report('restored', { ...found, problems: [problem] });
  if (isCancellation(error)) {
    upsertMemo({ report });
    return new CancelledFailure(`Cancelled and restored: ${factsOf(found.restore)}`);
  }
  return ended(code, `${problem.message}. Restored: ${factsOf(found.restore)}`, report);
}

/** Ends a run that restored what a closed run had left, and whose own plan was refused then. */
export function refusedOnceRestored(
  run: Run,
  found: readonly Problem[],
  restore: RestoreProof,
): ApplicationFailure {
  run.ended('restored');
  const problems = found.map(({ code, message }) => ({ code, message }));
  const report = run.report('restored', { problems, restore });
  const words = truncate(problems.map((problem) => problem.message));
  const facts = factsOf(restore);
  return ended('Refused', `An earlier run was restored: ${facts}. Then refused: ${words}`, report);
}

/** Why a target has to be restored, and why it cannot be. */
interface PendingRestore {
  readonly cause: Cause;
  readonly why: Cause;
  readonly targetBackupId?: string | undefined;
}

/** Ends a run whose restore could not finish: Failed, an operator is needed. The marker keeps the target closed. */
export function parked(
  run: Run,
  { cause, why, targetBackupId }: PendingRestore,
): ApplicationFailure {
  run.parked(`the restore cannot finish: ${sentenceOf(why)}. ${FAILURES[why.code].action}`);
  const problems = [cause, why].map((one) => ({ code: one.code, message: sentenceOf(one) }));
  const report = run.report('parked', { problems, targetBackupId });
  const words = `${sentenceOf(cause)}. Parked, the restore cannot finish: ${sentenceOf(why)}`;
  return ended('RestorePending', words, report);
}

/** Ends a run that accepted a target as it stands: Failed, since the project was not moved. */
export function abandoned(
  run: Run,
  error: unknown,
  { reason, targetBackupId }: { readonly reason: string } & Pick<Report, 'targetBackupId'>,
): ApplicationFailure {
  run.ended('abandoned');
  const message = `${sentenceOf(causeOf(error))}. The target stays as it is: ${reason}`;
  const problems = [{ code: 'Abandoned', message }];
  return ended('Abandoned', message, run.report('abandoned', { problems, targetBackupId }));
}

/** Ends a run that found what it was asked to look for: a difference. */
export function different(run: Run, found: Partial<Report>, words: string): ApplicationFailure {
  run.ended('different');
  return ended(
    'VerificationFailed',
    `Verification found a difference: ${words}`,
    run.report('different', found),
  );
}

/** A run that could not even plan says why in its first line. */
export function unplanned(error: unknown): unknown {
  const { code, message } = causeOf(error);
  if (code === 'Cancelled') return error;
  return ApplicationFailure.nonRetryable(`Refused, nothing was touched: ${message}`, code, {
    refused: { code, message },
  });
}

function ended(type: FailureCode, message: string, report: Report): ApplicationFailure {
  // The report has all; the first line is for lists.
  const line = cutText(message, 2 * LONGEST_MESSAGE);
  return ApplicationFailure.create({ type, message: line, nonRetryable: true, details: [report] });
}

function factsOf(proof: RestoreProof | undefined): string {
  return proof?.facts.join('; ') ?? 'nothing had been written';
}
