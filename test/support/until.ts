import { setTimeout as wait } from 'node:timers/promises';

const LOOK_AGAIN_MS = 50;

/**
 * Looks again and again until `look` gives something else than `undefined`, and gives that. Rejects
 * after `limitMs` with what was waited for.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  limitMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited ${limitMs / 1000} s in vain: ${what}`);
    await wait(LOOK_AGAIN_MS);
  }
}

/** The same for a promise; what it waits for goes on when the limit has passed. */
export async function within<T>(what: string, promise: Promise<T>, limitMs: number): Promise<T> {
  const over = new AbortController();
  const limit = wait(limitMs, undefined, { signal: over.signal }).then(
    () => Promise.reject(new Error(`waited ${limitMs / 1000} s in vain: ${what}`)),
    () => promise,
  );
  try {
    return await Promise.race([promise, limit]);
  } finally {
    over.abort();
  }
}
