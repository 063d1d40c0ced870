import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isFileError } from './draft';
import { LinesToArray } from './json-array';
import { tableFile } from './manifest';
import type { BackupStore } from './store';
import { storeFailure } from './store-failure';

/** One table of one backup. */
export interface BackupTable {
  readonly backupId: string;
  readonly table: string;
}

/**
 * Writes the keys of a table's differing rows beside the backup, whole or not at all, mode 0600, in
 * place of what an earlier verification left. The manifest does not list the file: it is no part of
 * the backup. `lines` are JSON objects, one a line; the file is an array of them. Gives its path.
 */
export async function writeDifferences(
  store: BackupStore,
  of: BackupTable,
  lines: Readable,
): Promise<string> {
  const path = pathOf(store, of);
  const partial = `${path}.${randomUUID()}`;
  const sink = createWriteStream(partial, { mode: 0o600, flags: 'wx', flush: true });
  try {
    await pipeline(lines, new LinesToArray(), sink);
    await rename(partial, path);
    return path;
  } catch (error) {
    await rm(partial, { force: true });
    throw isFileError(error) ? storeFailure(error, path) : error;
  }
}

/** Removes what an earlier verification left of a table; nothing where there is nothing. */
export async function removeDifferences(store: BackupStore, of: BackupTable): Promise<void> {
  const path = pathOf(store, of);
  try {
    await rm(path, { force: true });
  } catch (error) {
    throw storeFailure(error, path);
  }
}

function pathOf(store: BackupStore, { backupId, table }: BackupTable): string {
  return join(store.pathOf(backupId), `differences_${tableFile(table, 'json')}`);
}
