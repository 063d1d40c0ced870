import { join } from 'node:path';
import { makeFolder } from './private-folder';
import type { BackupStore } from './backup/store';
import { storeFailure } from './fs-errors';
import { replaceText } from './whole-file';

/** The folder next to the backups for lists that are too long for Temporal. */
const REPORTS = 'reports';

/** Writes a list that is too long for Temporal to a file that only its owner may read, and returns the path. */
export async function writeWhole(store: BackupStore, name: string, list: unknown): Promise<string> {
  const folder = join(store.directory, REPORTS);
  const path = join(folder, `${name}.json`);
  try {
    await makeFolder(store.directory);
    await makeFolder(folder);
    await replaceText(path, `${JSON.stringify(list, null, 1)}\n`);
    return path;
  } catch (error) {
    throw storeFailure(error, path);
  }
}
