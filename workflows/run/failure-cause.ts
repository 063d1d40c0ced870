import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  isCancellation,
  TimeoutFailure,
} from '@temporalio/workflow';
import { FAILURES, isFailureCode, type FailureCode } from '../domain/failure';

/** What went wrong in a step, as a code of the table of failures and a message. */
export interface Cause {
  readonly code: FailureCode;
  readonly message: string;
  /** The activity that failed, if it was one. */
  readonly step?: string | undefined;
}

/** Finds what an error of a step means, inside Temporal's wrappers. */
export function causeOf(error: unknown): Cause {
  if (isCancellation(error))
    return { code: 'Cancelled', message: 'the step under way was stopped' };
  if (error instanceof ActivityFailure)
    return { ...causeOf(error.cause), step: error.activityType };
  if (error instanceof ApplicationFailure) {
    const code = error.type ?? '';
    return { code: isFailureCode(code) ? code : 'Unexpected', message: error.message };
  }
  return { code: 'Unexpected', message: error instanceof Error ? error.message : String(error) };
}

/** Tells whether no worker has started the activity in time. */
export function isNotStarted({ cause }: ActivityFailure): boolean {
  return cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START';
}

/**
 * How a step of the current scope ended. After a request to cancel, Temporal retries nothing: then a worker that died, or
 * a failure that a retry would have cured, is the end of a cancelled step.
 */
export function endOfStep(error: unknown): unknown {
  if (isCancellation(error) || !CancellationScope.current().consideredCancelled) return error;
  if (!(error instanceof ActivityFailure)) return error;
  const wouldBeRetried = error.cause instanceof TimeoutFailure || isRetryable(error.cause);
  return wouldBeRetried ? new CancelledFailure('the step was cancelled') : error;
}

function isRetryable(cause: unknown): boolean {
  return cause instanceof ApplicationFailure && cause.nonRetryable !== true;
}

/** Says what happened, at which step and, in the step's own words, at which table. */
export function sentenceOf({ code, message, step }: Cause): string {
  const where = step === undefined ? '' : ` in ${step}`;
  return `${FAILURES[code].meaning}${where}: ${message}`;
}
