import { createWriteStream } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isFileError } from './draft';
import { LinesToArray } from './json-array';
import { tableFile } from './manifest';
import type { BackupStore } from './store';
import { storeFailure } from '../fs-errors';
import { replaceFile } from '../whole-file';

/** One table of one backup. */
export interface BackupTable {
  readonly backupId: string;
  readonly table: string;
}

/**
 * Writes the keys of a table's differing rows next to the backup, whole or not at all, mode 0600, in
 * place of what an earlier verification left. The manifest does not list the file: it is no part of
 * the backup. `lines` are JSON objects, one a line; the file is an array of them. Gives its path.
 */
export async function writeDifferences(
  store: BackupStore,
  of: BackupTable,
  lines: Readable,
): Promise<string> {
  const path = pathOf(store, of);
  try {
    await replaceFile(path, (partial) => {
      const sink = createWriteStream(partial, { mode: 0o600, flags: 'wx', flush: true });
      return pipeline(lines, new LinesToArray(), sink);
    });
    return path;
  } catch (error) {
    throw isFileError(error) ? storeFailure(error, path) : error;
  }
}

/** Removes what an earlier verification left of the tables of a backup; nothing if there is nothing. */
export async function removeDifferences(
  store: BackupStore,
  backupId: string,
  tables: readonly string[],
): Promise<void> {
  const folder = store.pathOf(backupId);
  try {
    const present = new Set(await readdir(folder));
    for (const table of tables) {
      const file = differencesFile(table);
      if (present.has(file)) await rm(join(folder, file), { force: true });
    }
  } catch (error) {
    throw storeFailure(error, folder);
  }
}

function pathOf(store: BackupStore, { backupId, table }: BackupTable): string {
  return join(store.pathOf(backupId), differencesFile(table));
}

function differencesFile(table: string): string {
  return `differences_${tableFile(table, 'json')}`;
}
