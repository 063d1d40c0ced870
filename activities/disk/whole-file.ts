import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';

/**
 * Replaces a file whole or not at all: `write` creates it under another name next to it, which is then renamed.
 * After a failure what stood there before still does.
 */
export async function replaceFile(
  path: string,
  write: (partial: string) => Promise<void>,
): Promise<void> {
  const partial = `${path}.${randomUUID()}.tmp`;
  try {
    await write(partial);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Replaces a file by this text whole or not at all, readable for its owner alone. */
export async function replaceText(path: string, text: string): Promise<void> {
  await replaceFile(path, (partial) =>
    writeFile(partial, text, { mode: 0o600, flag: 'wx', flush: true }),
  );
}
