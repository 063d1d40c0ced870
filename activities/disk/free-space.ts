import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { types } from 'node:util';
import type { Problem } from '../../workflows/domain/plan';
import { storeFailure } from './fs-errors';

/** With less free space than this many times what is needed, a backup fits but leaves little. */
const COMFORT = 2;

/**
 * Compares the free space where backups go with what one will take, in bytes: too little is a problem
 * (`disk-full`), less than twice as much a warning of the same code. The folder need not exist yet.
 */
export async function freeSpaceProblems(
  directory: string,
  neededBytes: number,
): Promise<{ readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] }> {
  const free = await freeBytes(resolve(directory));
  const figures = `${gigabytes(free)} are free in ${directory}, the backup will take about ${gigabytes(neededBytes)}`;
  if (free < neededBytes) {
    const message = `${figures}: make room, or set backup.directory to a larger disk`;
    return { problems: [{ code: 'disk-full', message }], warnings: [] };
  }
  if (free >= neededBytes * COMFORT) return { problems: [], warnings: [] };
  const message = `${figures}: it will fit, but leave little`;
  return { problems: [], warnings: [{ code: 'disk-full', message }] };
}

/** Bytes that this process may still write, in the nearest folder that exists. */
async function freeBytes(directory: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch (error) {
    const code = types.isNativeError(error) && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT' || dirname(directory) === directory) throw storeFailure(error, directory);
    return freeBytes(dirname(directory));
  }
}

function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
