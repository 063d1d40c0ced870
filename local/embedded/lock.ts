import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { types } from 'node:util';
import { isProcessAlive, processIdentity } from '../process-identity';

const ME = processIdentity();

const POLL_MS = 50;

/**
 * Runs `use` while this process alone holds the lock, a folder with one file named after its holder.
 * The folder is put in place by rename, which the system refuses while a file is in it; a holder that
 * died is replaced by deleting exactly its file, which cannot hit a living one.
 */
export async function withLock<T>(lock: string, use: () => Promise<T>): Promise<T> {
  while (!take(lock)) {
    removeDead(lock);
    await wait(POLL_MS);
  }
  try {
    return await use();
  } finally {
    rmSync(path.join(lock, ME), { force: true });
    removeIfEmpty(lock);
  }
}

function take(lock: string): boolean {
  const prepared = `${lock}.${process.pid}`;
  mkdirSync(prepared, { recursive: true });
  writeFileSync(path.join(prepared, ME), '');
  try {
    renameSync(prepared, lock);
    return true;
  } catch (error) {
    rmSync(prepared, { recursive: true, force: true });
    if (isOneOf(error, ['ENOTEMPTY', 'EEXIST'])) return false;
    throw error;
  }
}

function removeDead(lock: string): void {
  for (const name of holders(lock)) {
    if (!isProcessAlive(name)) rmSync(path.join(lock, name), { force: true });
  }
}

function holders(lock: string): readonly string[] {
  try {
    return readdirSync(lock);
  } catch (error) {
    if (isOneOf(error, ['ENOENT'])) return [];
    throw error;
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!isOneOf(error, ['ENOENT', 'ENOTEMPTY', 'EEXIST'])) throw error;
  }
}

function isOneOf(error: unknown, codes: readonly string[]): boolean {
  return types.isNativeError(error) && 'code' in error && codes.includes(String(error.code));
}
