import type { Client } from 'pg';
import { readStamp } from './stamp';

/** What was made of so many catalogs is kept: of a source, of a template, of some change in between. */
const KEPT = 8;

/** A read-only snapshot that is under way. */
interface Snapshot {
  stamp?: Promise<string>;
  /** Of the rows' versions, once something is made. */
  versions?: Promise<string>;
  /** What was made in it for the first time, to be kept once it has ended well. */
  readonly keeping: (() => void)[];
}

const snapshots = new WeakMap<Client, Snapshot>();

/** Notes that the session has begun a read-only snapshot. */
export function snapshotBegan(client: Client): void {
  snapshots.set(client, { keeping: [] });
}

/** Notes that a session has begun a snapshot that is another session's own. */
export function snapshotShared(from: Client, to: Client): void {
  const snapshot = snapshots.get(from);
  if (snapshot !== undefined) snapshots.set(to, snapshot);
}

/**
 * Notes that it has ended. What was made in it is kept from here on, unless a row of the catalog has been
 * written meanwhile: functions that print definitions look past the snapshot.
 */
export async function snapshotEnded(client: Client): Promise<void> {
  const snapshot = snapshots.get(client);
  snapshots.delete(client);
  if (snapshot?.versions === undefined) return;
  if ((await readStamp(client, 'versions')) !== (await snapshot.versions)) return;
  for (const keep of snapshot.keeping.splice(0)) keep();
}

/**
 * What is made of a catalog alone, once for each catalog that this process meets: in a read-only
 * snapshot a value comes from memory where it was made of an equal catalog before, in whichever
 * database; in any other session it is made anew. The values must not be changed.
 */
export class Recollection<T> {
  /** By stamp; the catalog met last comes last. */
  readonly #kept = new Map<string, Map<string, T>>();
  readonly #made = new WeakMap<Snapshot, Map<string, T>>();

  /** Gives the value for `of` (told apart as JSON), by `make` where it is not known yet. */
  async recall(client: Client, of: unknown, make: () => Promise<T>): Promise<T> {
    const snapshot = snapshots.get(client);
    if (snapshot === undefined) return make();
    const content = await (snapshot.stamp ??= readStamp(client));
    const key = JSON.stringify(of);
    const made = this.#made.get(snapshot) ?? new Map<string, T>();
    const known = this.#kept.get(content)?.get(key) ?? made.get(key);
    if (known !== undefined) return known;
    await (snapshot.versions ??= readStamp(client, 'versions'));
    const value = await make();
    this.#made.set(snapshot, made.set(key, value));
    snapshot.keeping.push(() => {
      this.#keep(content, key, value);
    });
    return value;
  }

  #keep(content: string, key: string, value: T): void {
    const known = this.#kept.get(content) ?? new Map<string, T>();
    this.#kept.delete(content);
    this.#kept.set(content, known.set(key, value));
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}
