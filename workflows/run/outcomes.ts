import {
  ApplicationFailure,
  CancelledFailure,
  isCancellation,
  upsertMemo,
} from '@temporalio/workflow';
import { causeOf, sentenceOf } from './failure-cause';
import { truncate } from './current-details';
import { cutText, LONGEST_MESSAGE } from '../domain/bounds';
import type { FailureCode } from '../domain/failure';
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

/** Ends a run that found what it was asked to look for: a difference. */
export function different(run: Run, found: Partial<Report>, words: string): ApplicationFailure {
  run.ended('different');
  return ended(
    'VerificationFailed',
    `Verification found a difference: ${words}`,
    run.report('different', found),
  );
}

function ended(type: FailureCode, message: string, report: Report): ApplicationFailure {
  // The report has all; the first line is for lists.
  const line = cutText(message, 2 * LONGEST_MESSAGE);
  return ApplicationFailure.create({ type, message: line, nonRetryable: true, details: [report] });
}

function factsOf(proof: RestoreProof | undefined): string {
  return proof?.facts.join('; ') ?? 'nothing had been written';
}
