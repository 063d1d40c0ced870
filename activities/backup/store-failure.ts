import { types } from 'node:util';
import { ApplicationFailure } from '@temporalio/common';
import { failure } from '../failure';

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/** Turns what the file system said into a failure that names the path and what would be right. */
export function storeFailure(error: unknown, path: string): Error {
  if (error instanceof ApplicationFailure) return error;
  const code =
    types.isNativeError(error) && 'code' in error && typeof error.code === 'string'
      ? error.code
      : 'unknown';
  if (FULL.has(code)) return failure('DiskFull', `no space left for ${path} (${code})`);
  return failure('BackupUnavailable', `${path} cannot be used for backups (${code})`);
}
