import { Runtime, type Worker } from '@temporalio/worker';
import { claimHost, readHost } from '../activities/backup/host-file';
import type { Host } from '../activities/host';

/** Which backup directory, and how a worker of its host's task queue is made. */
export interface HostPlace {
  readonly directory: string;
  /** What a directory without an id is called. */
  readonly name: string | undefined;
  readonly create: (host: string) => Promise<Worker>;
}

/** Serves the task queue of a backup directory's host, from when the directory has an id until it is ended. */
export class HostQueue implements Host {
  readonly #place: HostPlace;
  readonly #serving = new Map<string, Promise<Worker>>();
  readonly #ended: Promise<void>[] = [];
  readonly #onFailure: () => void;
  #isEnding = false;

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

  /** Serves what earlier starts left for the host; a directory that cannot be read yet is read by the next plan. */
  begin(): void {
    this.known().catch((error: unknown) => {
      const { directory } = this.#place;
      const said = { directory, error: String(error) };
      Runtime.instance().logger.warn('the host of the backup directory is not known', said);
    });
  }

  /** Takes up nothing more. */
  shutdown(): void {
    this.#isEnding = true;
    for (const making of this.#serving.values()) {
      void making.then((worker) => {
        if (worker.getState() === 'RUNNING') worker.shutdown();
      });
    }
  }

  /** Resolves when what was under way has let go; rejects with the first failure. */
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
    const ended = worker.run();
    ended.catch(this.#onFailure);
    this.#ended.push(ended);
    if (this.#isEnding) worker.shutdown();
    return worker;
  }
}
