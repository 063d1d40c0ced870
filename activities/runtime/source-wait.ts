import { setTimeout as wait } from 'node:timers/promises';
import { log } from '@temporalio/activity';
import type { Throttle } from '../../workflows/domain/settings';
import type { Connections } from '../postgres/session/connections';
import type { ThrottleAnswer } from '../postgres/session/session';
import { reasonToWait } from '../postgres/throttle/source-state';

/** Shows for what an attempt waits. */
interface Waiting {
  waitsFor: string | undefined;
}

interface Ground {
  readonly connections: Connections;
  readonly meter: Waiting;
  readonly signal: AbortSignal;
}

/**
 * Holds an attempt back while a source is over a limit of the throttle. Steps of one worker share what a source
 * answered, so that a fleet asks no more often than one project.
 */
export class SourceWait {
  readonly #throttle: Throttle | undefined;
  readonly #ground: Ground;
  readonly #asking = new Map<string, Promise<ThrottleAnswer>>();
  #waiting = 0;

  constructor(throttle: Throttle | undefined, ground: Ground) {
    this.#throttle = throttle;
    this.#ground = ground;
  }

  /** Resolves once the source keeps to its limits; rejects at once if the attempt is cancelled. */
  async until(connection: string): Promise<void> {
    const throttle = this.#throttle;
    if (throttle === undefined) return;
    const first = await this.#answer(connection, throttle);
    if (first.waitsFor === undefined) return;
    const since = Date.now();
    this.#waiting += 1;
    log.info(first.waitsFor, { connection });
    try {
      await this.#whileOver(connection, throttle, first);
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#ground.meter.waitsFor = undefined;
    }
    log.info('reads the source again', { connection, waitedMillis: Date.now() - since });
  }

  async #whileOver(connection: string, throttle: Throttle, first: ThrottleAnswer): Promise<void> {
    const { meter, signal } = this.#ground;
    for (let answer = first; answer.waitsFor !== undefined;) {
      meter.waitsFor = answer.waitsFor;
      const pause = Math.max(0, answer.at + throttle.every - performance.now());
      await wait(pause, undefined, { signal });
      answer = await this.#answer(connection, throttle);
    }
  }

  /** The last answer while it holds, else a new one; sessions of the attempt that ask together get the same. */
  async #answer(connection: string, throttle: Throttle): Promise<ThrottleAnswer> {
    const { connections, signal } = this.#ground;
    signal.throwIfAborted();
    const key = connections.digestOf(connection);
    const known = connections.memory.throttled.get(key);
    if (known !== undefined && performance.now() - known.at < throttle.every) return known;
    const asking = this.#asking.get(key) ?? this.#ask(connection, throttle, key);
    this.#asking.set(key, asking);
    return asking.finally(() => this.#asking.delete(key));
  }

  async #ask(connection: string, throttle: Throttle, key: string): Promise<ThrottleAnswer> {
    const { connections } = this.#ground;
    const waitsFor = await connections.with({ connection, access: 'read' }, (client) =>
      reasonToWait(client, throttle, connection),
    );
    const answer = { at: performance.now(), waitsFor };
    connections.memory.throttled.set(key, answer);
    return answer;
  }
}
