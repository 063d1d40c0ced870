import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  TimeoutFailure,
} from '@temporalio/workflow';
import { FAILURES, isFailureCode, type FailureCode } from './domain/failure';

/** What went wrong in a step, in the words of the closed table. */
export interface Cause {
  readonly code: FailureCode;
  readonly message: string;
  /** The activity that failed, where it was one. */
  readonly step?: string | undefined;
}

/** Finds what an error of a step means; Temporal's wrappers are taken off. */
export function causeOf(error: unknown): Cause {
  if (isCancellation(error))
    return { code: 'Cancelled', message: 'the step under way was stopped' };
  if (error instanceof ActivityFailure && isUntaken(error.cause)) return UNTAKEN;
  if (error instanceof ActivityFailure)
    return { ...causeOf(error.cause), step: error.activityType };
  if (error instanceof ApplicationFailure) {
    const code = error.type ?? '';
    return { code: isFailureCode(code) ? code : 'Unexpected', message: error.message };
  }
  return { code: 'Unexpected', message: error instanceof Error ? error.message : String(error) };
}

/** Only what was asked of a host by name is not waited for without end. */
const UNTAKEN: Cause = {
  code: 'NotFound',
  message: 'no worker of the host that "host" names takes up work',
};

function isUntaken(cause: unknown): boolean {
  return cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START';
}

/** Says what happened, at which step and, in the step's own words, at which table. */
export function sentenceOf({ code, message, step }: Cause): string {
  const where = step === undefined ? '' : ` in ${step}`;
  return `${FAILURES[code].meaning}${where}: ${message}`;
}
