import { chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { writableCacheFolder } from './cache-folder';
import { versionOf } from './executable';

/** Puts the Temporal CLI's executable into the given empty folder and returns its path. */
export type Download = (folder: string) => Promise<string>;

/**
 * Fetches the CLI by `download` into the cache and returns the executable there. It appears under
 * its name by one rename, after it has answered a call: an interrupted or repeated fetch does no harm.
 */
export async function fetchCli(download: Download): Promise<string> {
  const cache = writableCacheFolder();
  const scratch = await mkdtemp(path.join(cache, '.fetching-'));
  try {
    const fetched = await download(scratch);
    await chmod(fetched, 0o755);
    await versionOf(fetched);
    const place = path.join(cache, 'temporal');
    await rename(fetched, place);
    return place;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
