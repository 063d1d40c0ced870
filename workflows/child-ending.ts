import {
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import { isReport, type Report } from './domain/report';

/** How a child ended: with a report, or without one. */
export interface ChildEnding {
  readonly report?: Report | undefined;
  /** The first line of what it ended with. */
  readonly message: string;
  /** How it was ended from outside, if it was. */
  readonly how?: 'cancelled' | 'terminated' | 'timed-out' | undefined;
}

/** Resolves when a child that has started has closed, however it did. */
export async function endingOfChild(child: {
  readonly result: () => Promise<Report>;
}): Promise<ChildEnding> {
  try {
    return { report: await child.result(), message: '' };
  } catch (error) {
    if (!(error instanceof ChildWorkflowFailure)) throw error;
    const { cause } = error;
    const report = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
    const message = cause?.message ?? error.message;
    return { ...(isReport(report) && { report }), message, how: howOf(cause) };
  }
}

function howOf(cause: unknown): ChildEnding['how'] {
  if (cause instanceof CancelledFailure) return 'cancelled';
  if (cause instanceof TerminatedFailure) return 'terminated';
  return cause instanceof TimeoutFailure ? 'timed-out' : undefined;
}
