import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { types } from 'node:util';

/**
 * Makes a folder and those above it, mode 0700, and says which it made. Not by Node's own recursive
 * mkdir: where a file system refuses with ENOENT, as /proc does, that one never returns.
 */
export async function makeFolder(path: string, made: string[] = []): Promise<void> {
  const code = await tryMkdir(path);
  if (code === 'EEXIST') return;
  if (code === 'ENOENT') {
    await makeFolder(dirname(path), made);
    const again = await tryMkdir(path);
    if (again === 'EEXIST') return;
    if (again === 'ENOENT') await mkdir(path, { mode: 0o700 });
  }
  made.push(path);
}

async function tryMkdir(path: string): Promise<string> {
  try {
    await mkdir(path, { mode: 0o700 });
    return 'made';
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST' || code === 'ENOENT') return code;
    throw error;
  }
}

/** The system's code of an error, `ENOENT` for example; empty where it has none. */
export function codeOf(error: unknown): string {
  return types.isNativeError(error) && 'code' in error ? String(error.code) : '';
}
