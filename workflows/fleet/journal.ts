import type { FleetEntry, FrozenFleet } from '../domain/fleet';
import { working } from '../activity-options';
import { shortened } from './counts';

/** A part of the record has this many entries. */
const PART = 50;

/** So much of an entry is recorded: fifty of them stay far below what Temporal takes at once. */
const RECORDED = { most: 5, longest: 1_000 };

/** Writes down how the projects of a fleet ended, in numbered parts, one after another. */
export class FleetRecord {
  readonly #fleetId: string;
  readonly #host: string | undefined;
  #part: number;
  #unwritten: FleetEntry[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor({ fleetId, host }: Pick<FrozenFleet, 'fleetId' | 'host'>, part: number) {
    this.#fleetId = fleetId;
    this.#host = host;
    this.#part = part;
  }

  /** The number of the next part. */
  get part(): number {
    return this.#part;
  }

  /** Keeps an entry; a part that is full is written meanwhile. */
  add(entry: FleetEntry): void {
    this.#unwritten.push(shortened(entry, RECORDED));
    if (this.#unwritten.length >= PART) this.#write();
  }

  /** Resolves when all is written. Rejects if any part could not be. */
  async finish(): Promise<void> {
    if (this.#unwritten.length > 0) this.#write();
    await this.#writing;
  }

  #write(): void {
    const order = { fleetId: this.#fleetId, part: this.#part, entries: this.#unwritten };
    const words = `record of ${order.fleetId}, part ${String(order.part)}`;
    const write = (): Promise<void> =>
      working(words, { host: this.#host }, (activities) => activities.recordEndings(order));
    this.#part += 1;
    this.#unwritten = [];
    this.#writing = this.#writing.then(write);
    // Whoever finishes gets to know; until then it is not unhandled.
    this.#writing.catch(() => undefined);
  }
}
