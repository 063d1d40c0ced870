import type { LRUCache } from 'lru-cache';
import { sqlstateOf } from '../errors/classify';

/** The database does not exist, was dropped, does not let this role in, or takes no one. */
const SHUT: ReadonlySet<string> = new Set(['3D000', '57P04', '28000', '42501', '55000']);

/** Databases to try, under a name that says what for. */
export interface Candidates {
  readonly key: string;
  readonly names: readonly string[];
}

/** Opens the first of the databases that is not shut, the one that was `usable` last before all; else says why each of them is. */
export async function openFirst<T>(
  usable: LRUCache<string, string>,
  { key, names }: Candidates,
  open: (database: string) => Promise<T>,
): Promise<T | readonly string[]> {
  const last = usable.get(key);
  const isFresh = last !== undefined && names.includes(last);
  const reasons: string[] = [];
  for (const database of new Set([...(isFresh ? [last] : []), ...names])) {
    try {
      const opened = await open(database);
      if (!isFresh) usable.set(key, database);
      return opened;
    } catch (error) {
      if (!SHUT.has(sqlstateOf(error) ?? '') || !(error instanceof Error)) throw error;
      reasons.push(error.message);
    }
  }
  return reasons;
}
