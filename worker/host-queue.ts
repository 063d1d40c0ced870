import { Runtime, type Worker } from '@temporalio/worker';
import { claimHost, readHost } from '../activities/disk/host-id';
import type { Host } from '../activities/runtime/host';
import { runToEnd } from './run-to-end';

/** Which backup directory, and how a worker of its host's task queue is made. */
export interface HostPlace {
  readonly directory: string;
  /** What a directory without an id is called. */
  readonly name: string | undefined;
  readonly create: (host: string) => Promise<Worker>;
}

/** Milliseconds until a directory is looked at again, at first and at most. */
const SOON = 1_000;
const LATEST = 5_000;

/** Serves the task queue of a backup directory's host, from when the directory has an id until it is ended. */
export class HostQueue implements Host {
  readonly #place: HostPlace;
  readonly #serving = new Map<string, Promise<Worker>>();
  readonly #ended: Promise<void>[] = [];
  readonly #onFailure: () => void;
  #isEnding = false;
  #next: NodeJS.Timeout | undefined;

  constructor(place: HostPlace, onFailure: () => void) {
    this.#place = place;
    this.#onFailure = onFailure;
  }

  readonly known = async (): Promise<string | undefined> => {
    const host = await readHost(this.#place.directory);
    if (host !== undefined) await this.#serve(host);
    return host;
  };

  readonly claim = async (): Promise<string> => {
    const { directory, name } = this.#place;
    const host = await claimHost(directory, name);
    await this.#serve(host);
    return host;
  };

  /**
   * Serves what earlier starts left for the host. A directory that has no id yet may get one from another worker,
   * one that cannot be read may be mounted: it is looked at again until it is served, or until the host is ended.
   */
  begin(pause = SOON): void {
    const again = (): void => {
      if (this.#isEnding) return;
      this.#next = setTimeout(() => this.begin(Math.min(pause * 2, LATEST)), pause);
    };
    this.known().then(
      (host) => {
        if (host === undefined) again();
      },
      (error: unknown) => {
        if (this.#isEnding) return;
        const { directory } = this.#place;
        const fields = { directory, error: String(error), triedAgainInMs: pause };
        Runtime.instance().logger.warn('the host of the backup directory is not known', fields);
        again();
      },
    );
  }

  /** Accepts no more work. */
  shutdown(): void {
    this.#isEnding = true;
    clearTimeout(this.#next);
    for (const making of this.#serving.values()) {
      void making.then((worker) => {
        if (worker.getState() === 'RUNNING') worker.shutdown();
      });
    }
  }

  /** Resolves when what was under way has detached; rejects with the first failure. */
  async end(): Promise<void> {
    this.shutdown();
    await Promise.allSettled(this.#serving.values());
    await Promise.all(this.#ended);
  }

  async #serve(host: string): Promise<void> {
    const making = this.#serving.get(host) ?? this.#start(host);
    this.#serving.set(host, making);
    await making.catch((error: unknown) => {
      this.#serving.delete(host);
      throw error;
    });
  }

  async #start(host: string): Promise<Worker> {
    const worker = await this.#place.create(host);
    const ended = runToEnd(worker);
    ended.catch(this.#onFailure);
    this.#ended.push(ended);
    if (this.#isEnding) worker.shutdown();
    return worker;
  }
}
