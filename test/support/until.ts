import { setTimeout as wait } from 'node:timers/promises';
import { inspect } from 'node:util';

const LOOK_AGAIN_MS = 50;

/** Shorter than the time limit of a test, so that the failure names what was waited for. */
const LIMIT_MS = 100_000;

type There<T> = Exclude<T, undefined | false>;

interface Until<T> {
  /** What the value must be as well; it is never `undefined` or `false`. */
  readonly isSo?: (value: There<T>) => boolean;
  readonly limitMs?: number;
}

/**
 * Looks every 50 ms until `look` gives a value, which is neither `undefined` nor `false`, and returns it.
 * Rejects after `limitMs` with what was waited for and what was seen last; at once if `look` throws.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T> | T,
  { isSo = () => true, limitMs = LIMIT_MS }: Until<T> = {},
): Promise<There<T>> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (isThere(seen) && isSo(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`${inVain(what, limitMs)}; last: ${inspect(seen)}`);
    await wait(LOOK_AGAIN_MS);
  }
}

/** The same for a promise; what it waits for goes on when the limit has passed. */
export async function within<T>(what: string, promise: Promise<T>, limitMs: number): Promise<T> {
  const over = new AbortController();
  const limit = wait(limitMs, undefined, { signal: over.signal }).then(
    () => Promise.reject(new Error(inVain(what, limitMs))),
    () => promise,
  );
  try {
    return await Promise.race([promise, limit]);
  } finally {
    over.abort();
  }
}

function isThere<T>(value: T): value is There<T> {
  return value !== undefined && value !== false;
}

function inVain(what: string, limitMs: number): string {
  return `waited ${limitMs / 1000} s for nothing: ${what}`;
}
