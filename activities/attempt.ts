import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { StepHeartbeat } from '../workflows/domain/progress';
import type { Step } from '../workflows/domain/steps';
import { Connections } from './postgres/connections';
import { applicationName } from './postgres/fence';
import { databaseFailure } from './postgres/sqlstate';
import type { Resources } from './resources';

/** Heartbeats go out on a timer, so that one long statement does not look like a dead worker. */
const HEARTBEAT_MILLIS = 1_000;

/** One attempt of one step: its sessions, its identity, and its way to say how far it is. */
export interface Attempt {
  readonly connections: Connections;
  readonly runId: string;
  readonly workflowId: string;
  /** The `application_name` of this attempt's sessions. */
  readonly sessionName: string;
  readonly meter: Meter;
}

/** Counts what an attempt has moved; the timer reads it. */
export class Meter {
  readonly #step: Step;
  #table: string | undefined;
  #rows = 0;
  #bytes = 0;
  totalRows: number | undefined;

  constructor(step: Step) {
    this.#step = step;
  }

  at(table: string): void {
    this.#table = table;
  }

  readonly addBytes = (bytes: number): void => {
    this.#bytes += bytes;
  };

  addRows(rows: number): void {
    this.#rows += rows;
  }

  heartbeat(): StepHeartbeat {
    return {
      step: this.#step,
      table: this.#table,
      rows: this.#rows,
      bytes: this.#bytes,
      totalRows: this.totalRows,
    };
  }
}

/**
 * Runs one attempt: heartbeats by timer, sessions that die with a cancellation, and every error as a
 * failure of the closed table.
 */
export async function attempt<T>(
  resources: Resources,
  { step, projectRef }: { readonly step: Step; readonly projectRef: string },
  use: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  const { workflowId = 'none', runId = 'none' } = context.info.workflowExecution ?? {};
  const name = applicationName({ runId, step, attempt: context.info.attempt, projectRef });
  const signal = context.cancellationSignal;
  const meter = new Meter(step);
  const connections = new Connections(resources.resolveUrl, { name, signal });
  const beat = (): void => {
    context.heartbeat(meter.heartbeat());
  };
  beat();
  const timer = setInterval(beat, HEARTBEAT_MILLIS);
  try {
    return await use({ connections, runId, workflowId, sessionName: name, meter });
  } catch (error) {
    if (signal.aborted) throw new CancelledFailure(`${step} was cancelled`);
    throw databaseFailure(error, step);
  } finally {
    clearInterval(timer);
  }
}
