import {
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  condition,
  setHandler,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import { childParked } from './compensation';
import { isReport, type Report } from './domain/report';

/** How a child ended: with a report (closed or parked), or without one. */
export interface Rest {
  readonly report?: Report | undefined;
  /** The first line of what it ended with. */
  readonly message: string;
  /** How it was ended from outside, if it was. */
  readonly how?: 'cancelled' | 'terminated' | 'timed-out' | undefined;
}

/** A child that has started. */
interface Child {
  readonly workflowId: string;
  readonly result: () => Promise<Report>;
}

/** The children of one run. One that is parked does not close, and is not waited for. */
export class Children {
  readonly #parked = new Map<string, Report>();

  constructor() {
    setHandler(childParked, ({ workflowId, report }) => void this.#parked.set(workflowId, report));
  }

  /** Resolves when the child has closed, however it did, or is parked. */
  async rest(child: Child): Promise<Rest> {
    const closed = child.result().then((report) => ({ report, message: '' }), failed);
    const parked = condition(() => this.#parked.has(child.workflowId)).then(() =>
      this.#waiting(child.workflowId),
    );
    return Promise.race([closed, parked]);
  }

  #waiting(workflowId: string): Rest {
    const report = this.#parked.get(workflowId);
    return { report, message: report?.problems.map(({ message }) => message).join('; ') ?? '' };
  }
}

function failed(error: unknown): Rest {
  if (!(error instanceof ChildWorkflowFailure)) throw error;
  const { cause } = error;
  const report = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
  const message = cause?.message ?? error.message;
  return { ...(isReport(report) && { report }), message, how: howOf(cause) };
}

function howOf(cause: unknown): Rest['how'] {
  if (cause instanceof CancelledFailure) return 'cancelled';
  if (cause instanceof TerminatedFailure) return 'terminated';
  return cause instanceof TimeoutFailure ? 'timed-out' : undefined;
}
