import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { packageRoot } from './package-root';
import { KnownError } from '../../workflows/domain/known-error';

/** The release of the Temporal CLI that is fetched when none is installed. */
export const CLI_VERSION = '1.9.1';

/**
 * The folders that may hold a fetched CLI, in the order of preference: the package's own `.cache`,
 * then the user's cache folder.
 */
export function cacheFolders(): readonly string[] {
  const below = ['temporal-cli', CLI_VERSION];
  return [
    path.join(packageRoot(), '.cache', ...below),
    path.join(userCache(), 'moveout', ...below),
  ];
}

/** The first of the cache folders that can be written to, made if need be. Throws when none can. */
export function writableCacheFolder(): string {
  const usable = cacheFolders().find(isWritable);
  if (usable !== undefined) return usable;
  throw new KnownError(
    'ServerUnavailable',
    `there is no folder to keep the Temporal CLI in: cannot write ${cacheFolders().join(', nor ')}`,
  );
}

function userCache(): string {
  const chosen = process.env['XDG_CACHE_HOME'];
  if (chosen !== undefined && path.isAbsolute(chosen)) return chosen;
  const usual = process.platform === 'darwin' ? ['Library', 'Caches'] : ['.cache'];
  return path.join(homedir(), ...usual);
}

function isWritable(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    // The next folder is tried; if none can be written, all are named.
    return false;
  }
}
