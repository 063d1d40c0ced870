import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { Report } from '../../../workflows/domain/report';

/** How a run ended, as Temporal lists it, with the report it left. */
export interface Ending {
  readonly status: 'Completed' | 'Failed' | 'Canceled';
  readonly runId: string;
  readonly message: string;
  /** The failure's type; empty where there is none. */
  readonly type: string;
  /** `undefined` where the run left none. */
  readonly report: Report | undefined;
}

/** Waits for a run and decodes what it left: a result, or the first detail of its failure. */
export async function endingOf(handle: WorkflowHandle): Promise<Ending> {
  const { runId } = await handle.describe();
  const left = { runId, message: '', type: '' };
  try {
    const result: unknown = await handle.result();
    return { ...left, status: 'Completed', report: reportIn(result) };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const cause = unwrapped(error.cause);
    const message = cause?.message ?? error.message;
    if (cause instanceof CancelledFailure) {
      const { memo } = await handle.describe();
      return { ...left, status: 'Canceled', message, report: reportIn(memo?.['report']) };
    }
    if (!(cause instanceof ApplicationFailure)) throw error;
    const report = reportIn(cause.details?.[0]);
    return { ...left, status: 'Failed', message, type: cause.type ?? '', report };
  }
}

function unwrapped(cause: Error | undefined): Error | undefined {
  return cause instanceof ActivityFailure ? cause.cause : cause;
}

function reportIn(value: unknown): Report | undefined {
  return isReport(value) ? value : undefined;
}

function isReport(value: unknown): value is Report {
  return typeof value === 'object' && value !== null && 'outcome' in value && 'steps' in value;
}
