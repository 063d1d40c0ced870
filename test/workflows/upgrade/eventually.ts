const LIMIT = 110_000;

/** Asks again and again until it is so; says what it waited for in vain when that takes too long. */
export async function eventually(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + LIMIT;
  while (Date.now() < end) if (await isSo()) return;
  throw new Error(`waited in vain for: ${what}`);
}
