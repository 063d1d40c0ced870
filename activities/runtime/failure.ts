import { ApplicationFailure } from '@temporalio/common';
import { FAILURES, type FailureCode } from '../../workflows/domain/failure';

/**
 * Makes the one kind of error that leaves an activity: its type is a code of the closed table, which
 * alone decides whether Temporal retries. The message must hold names and counts, never a row.
 */
export function failure(
  code: FailureCode,
  message: string,
  details: readonly unknown[] = [],
): ApplicationFailure {
  return ApplicationFailure.create({
    type: code,
    message,
    nonRetryable: !FAILURES[code].retryable,
    details: [...details],
  });
}

/** Tells whether a failure is temporary: it proves nothing about what it kept from being read. */
export function isRetryable(error: unknown): boolean {
  return error instanceof ApplicationFailure && error.nonRetryable !== true;
}
