import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';

/**
 * Replaces a file as a whole or not at all: `write` creates a file with another name next to it, which is then renamed.
 * After a failure the earlier file is still there.
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

/** Replaces a file by this text, as a whole or not at all; only its owner may read it. */
export async function replaceText(path: string, text: string): Promise<void> {
  await replaceFile(path, (partial) =>
    writeFile(partial, text, { mode: 0o600, flag: 'wx', flush: true }),
  );
}
