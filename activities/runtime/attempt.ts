import { Context, log } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { RunName } from '../../workflows/domain/job';
import type { StepHeartbeat } from '../../workflows/domain/progress';
import type { Step } from '../../workflows/domain/step-names';
import { Connections } from '../postgres/session/connections';
import { applicationName, endOtherAttempts } from '../postgres/lease';
import { databaseFailure } from '../postgres/errors/classify';
import { SourceWait } from './source-wait';
import type { Resources } from './resources';

/** Heartbeats go out on a timer, so that one long statement does not look like a dead worker. */
const HEARTBEAT_MILLIS = 1_000;

/** With the pauses between its attempts a plan has given up after twenty seconds. */
const LOCK_WAIT_OF_PLANS = '2s';

/** One attempt of one step: its sessions, its identity, and its way to say how far it is. */
export interface Attempt {
  readonly connections: Connections;
  /** The run that the work belongs to. */
  readonly runId: string;
  readonly workflowId: string;
  readonly meter: Meter;
  /**
   * Waits until the source may be read, by the configured throttle: called before each table, and while one is read in
   * parts. Cheap: an answer holds for `throttle.every`.
   */
  readonly awaitSource: (connection: string) => Promise<void>;
  /** Ends what earlier attempts may still read there; nothing in a first attempt. */
  readonly endEarlierReaders: (connection: string) => Promise<void>;
}

/** Which step of whose run. */
export interface StepIdentity {
  readonly step: Step;
  readonly projectRef: string;
  /** The run in whose place this one works; left out, this run itself. */
  readonly insteadOf?: RunName | undefined;
  /** The connection that the step reads from, if known before it begins. */
  readonly source?: string | undefined;
}

/** Counts what an attempt has moved; the timer reads it. */
export class Meter {
  readonly #step: Step;
  #table: string | undefined;
  #rows = 0;
  #bytes = 0;
  totalRows: number | undefined;
  /** For what the attempt waits, in words. */
  waitsFor: string | undefined;

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
      waitsFor: this.waitsFor,
    };
  }
}

/**
 * Runs one attempt: heartbeats by timer, sessions that die with a cancellation, and every error as a
 * failure of the closed table.
 */
export async function attempt<T>(
  resources: Resources,
  { step, projectRef, insteadOf, source }: StepIdentity,
  use: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  const { workflowId, runId } = insteadOf ?? ownRun(context);
  const name = applicationName({ runId, step, attempt: context.info.attempt, projectRef });
  const signal = context.cancellationSignal;
  const meter = new Meter(step);
  const { resolveUrl, pool, memory, settings } = resources;
  const lockWait = step === 'planMigration' ? LOCK_WAIT_OF_PLANS : undefined;
  const session = { name, signal, pool, memory, facts: settings.connections, lockWait };
  const connections = new Connections(resolveUrl, session);
  const beat = (): void => {
    context.heartbeat(meter.heartbeat());
  };
  const endReaders = async (connection: string): Promise<void> => {
    if (context.info.attempt > 1) await endEarlierReaders(connections, { runId, connection });
  };
  const timer = setInterval(beat, HEARTBEAT_MILLIS);
  try {
    if (source !== undefined) await endReaders(source);
    const waiting = new SourceWait(settings.throttle, { connections, meter, signal });
    const awaitSource = (from: string): Promise<void> => waiting.until(from);
    const own = { connections, runId, workflowId, meter, awaitSource };
    return await use({ ...own, endEarlierReaders: endReaders });
  } catch (error) {
    if (!signal.aborted) throw databaseFailure(error, step);
    await untilGone(connections);
    throw new CancelledFailure(`${step} was cancelled`);
  } finally {
    clearInterval(timer);
  }
}

/**
 * Runs `use` with heartbeats by timer, for an activity that opens no session. It looks at no cancellation:
 * what it does is short, or whole or not at all.
 */
export async function beating<T>(use: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), HEARTBEAT_MILLIS);
  try {
    return await use();
  } finally {
    clearInterval(timer);
  }
}

/**
 * A cancelled attempt has ended when its sessions have: what follows it would otherwise have to end them by
 * force. A server that does not answer delays no one.
 */
async function untilGone(connections: Connections): Promise<void> {
  await connections.untilGone().catch((error: unknown) => {
    log.warn('sessions of a cancelled attempt may still be there', { error: String(error) });
  });
}

function ownRun({ info }: Context): RunName {
  if (info.workflowExecution === undefined)
    throw new Error('an activity of moveout belongs to a workflow');
  return info.workflowExecution;
}

/**
 * Ends what earlier attempts of a run still read on a server: the snapshots of a stopped worker would
 * hold back its vacuum. They can write nothing, so a server that does not answer delays no one.
 */
export async function endEarlierReaders(
  connections: Connections,
  { runId, connection }: { readonly runId: string; readonly connection: string },
): Promise<void> {
  await connections
    .with({ connection, access: 'read' }, (client) => endOtherAttempts(client, [runId]))
    .catch((error: unknown) => {
      log.warn('sessions of earlier attempts may still read', { connection, error: String(error) });
    });
}
