import type { Worker } from '@temporalio/worker';
import type { SessionPool } from '../activities/postgres/session/pool';
import type { HostQueue } from './host-queue';
import { runToEnd } from './run-to-end';

/** The worker of the common task queue and that of the host's, as one: they start and end together. */
export class Workers {
  readonly #common: Worker;
  readonly #host: HostQueue;
  readonly #pool: SessionPool;

  constructor(common: Worker, host: HostQueue, pool: SessionPool) {
    this.#common = common;
    this.#host = host;
    this.#pool = pool;
  }

  /** Serves both queues; resolves when both have ended and their sessions are closed, rejects with the failure of either. */
  async run(): Promise<void> {
    const ended = runToEnd(this.#common);
    this.#host.begin();
    try {
      await ended;
    } finally {
      await this.#host.end().finally(() => this.#pool.closeAll());
    }
  }

  /** Serves both queues for as long as `use` takes. */
  async runUntil<T>(use: () => Promise<T>): Promise<T> {
    const ended = this.run();
    const broken = new Promise<never>((_resolve, reject) => {
      ended.catch(reject);
    });
    try {
      return await Promise.race([use(), broken]);
    } finally {
      this.shutdown();
      await ended;
    }
  }

  /** Accepts no more work; what is under way may detach. Nothing if it has ended. */
  shutdown(): void {
    if (this.#common.getState() === 'RUNNING') this.#common.shutdown();
    this.#host.shutdown();
  }

  getState(): ReturnType<Worker['getState']> {
    return this.#common.getState();
  }
}
