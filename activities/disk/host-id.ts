import { randomBytes, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HOST_ID } from '../../workflows/domain/names';
import { failure } from '../runtime/failure';
import { codeOf, makeFolder } from './private-folder';
import { storeFailure } from './fs-errors';

/** The file that says which host a backup directory belongs to. */
const HOST_FILE = 'host';

/**
 * Reads the id of a backup directory's host: the same for every worker that has this directory,
 * wherever it is mounted, and after every restart. `undefined` if the directory has none yet.
 */
export async function readHost(directory: string): Promise<string | undefined> {
  const path = join(directory, HOST_FILE);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw storeFailure(error, path);
  });
  const host = text?.trim();
  if (host === undefined || HOST_ID.test(host)) return host;
  throw failure('BackupUnavailable', `${path} does not hold the id of a host`);
}

/**
 * Returns the host id of the directory, and creates it if there is none: `name`, if any, and a random part, so that two
 * hosts with one name still have different ids. If several workers create it at once, all get the same id.
 */
export async function claimHost(directory: string, name?: string): Promise<string> {
  const known = await readHost(directory);
  if (known !== undefined) return known;
  const unique = randomBytes(6).toString('hex');
  const host = name === undefined ? unique : `${name}-${unique}`;
  await writeOnce(directory, host);
  return (await readHost(directory)) ?? host;
}

/** What file systems without links answer. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** Creates the file as a whole or not at all, and never replaces one: a link does that in one step, on NFS too. */
async function writeOnce(directory: string, host: string): Promise<void> {
  const path = join(directory, HOST_FILE);
  const draft = join(directory, `.${HOST_FILE}-${randomUUID()}`);
  try {
    await makeFolder(directory);
    const file = await open(draft, 'wx', 0o600);
    await file.writeFile(`${host}\n`);
    await file.sync();
    await file.close();
    await link(draft, path).catch((error: unknown) => {
      if (!NO_LINKS.has(codeOf(error))) throw error;
      return copyFile(draft, path, constants.COPYFILE_EXCL);
    });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw storeFailure(error, path);
  } finally {
    await rm(draft, { force: true });
  }
}
