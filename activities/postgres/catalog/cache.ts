import { LRUCache } from 'lru-cache';
import type { Client } from 'pg';
import { readCatalogFingerprint, readCatalogVersion, type CatalogVersion } from './fingerprint';

/** Values of this many catalogs are kept: of a source, of a template, of some change in between. */
const KEPT = 8;

/** The checksums of the contents that versions stand for, by run and versions. */
const contents = new LRUCache<string, string>({ max: 64 });

/** A read-only snapshot that is under way. */
interface CatalogSnapshot {
  versions?: Promise<CatalogVersion>;
  content?: Promise<string>;
  /** What was made in it for the first time, to be kept once it has ended well. */
  readonly keeping: (() => void)[];
}

const snapshots = new WeakMap<Client, CatalogSnapshot>();

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
 * written meanwhile: functions that print definitions look past the snapshot. Roles are compared by what
 * they are.
 */
export async function snapshotEnded(client: Client): Promise<void> {
  const snapshot = snapshots.get(client);
  snapshots.delete(client);
  if (snapshot?.versions === undefined || snapshot.keeping.length === 0) return;
  if ((await readCatalogVersion(client)).checksum !== (await snapshot.versions).checksum) return;
  for (const keep of snapshot.keeping.splice(0)) keep();
}

async function contentOf(client: Client, snapshot: CatalogSnapshot): Promise<string> {
  const { run, contentKey } = await (snapshot.versions ??= readCatalogVersion(client));
  if (run === null) return readCatalogFingerprint(client);
  const key = `${run} ${contentKey}`;
  const known = contents.get(key);
  if (known !== undefined) return known;
  const content = await readCatalogFingerprint(client);
  contents.set(key, content);
  return content;
}

/**
 * Memoizes values that are derived from the system catalogs alone, keyed by the catalog's fingerprint: in a
 * read-only snapshot a value comes from memory if it was made of an equal catalog before, in whichever
 * database; in any other session it is computed again. The values must not be changed.
 */
export class CatalogCache<T> {
  /** By the checksum of the content. */
  readonly #kept = new LRUCache<string, Map<string, T>>({ max: KEPT });
  readonly #made = new WeakMap<CatalogSnapshot, Map<string, T>>();

  /** Gives the value for `of` (compared as JSON), by `make` if it is not known yet. */
  async getOrLoad(client: Client, of: unknown, make: () => Promise<T>): Promise<T> {
    const snapshot = snapshots.get(client);
    if (snapshot === undefined) return make();
    const content = await (snapshot.content ??= contentOf(client, snapshot));
    const key = JSON.stringify(of);
    const made = this.#made.get(snapshot) ?? new Map<string, T>();
    const known = this.#kept.get(content)?.get(key) ?? made.get(key);
    if (known !== undefined) return known;
    const value = await make();
    this.#made.set(snapshot, made.set(key, value));
    snapshot.keeping.push(() => {
      this.#keep(content, key, value);
    });
    return value;
  }

  #keep(content: string, key: string, value: T): void {
    const known = this.#kept.get(content) ?? new Map<string, T>();
    this.#kept.set(content, known.set(key, value));
  }
}
