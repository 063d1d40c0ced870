import { types } from 'node:util';
import { ApplicationFailure } from '@temporalio/common';
import type { FailureCode } from '../../workflows/domain/failure';
import { failure } from '../runtime/failure';
import { codeOf } from './private-folder';

/** What an error of the file system comes to. */
interface FileProblem {
  readonly code: FailureCode;
  readonly words: string;
}

const FULL: FileProblem = { code: 'DiskFull', words: 'has no space left' };
const SCARCE: FileProblem = { code: 'ServerBusy', words: 'cannot be opened for now' };
const UNREACHABLE: FileProblem = { code: 'BackupUnreachable', words: 'cannot be reached for now' };
const UNUSABLE: FileProblem = { code: 'BackupUnavailable', words: 'cannot be used for backups' };

/** Errors of the file system by name (POSIX, errno); all others land in `BackupUnavailable` as well. */
export const FILE_ERRORS: Readonly<Record<string, FileProblem>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EFBIG: FULL,
  EMFILE: SCARCE,
  ENFILE: SCARCE,
  ENOMEM: SCARCE,
  EAGAIN: SCARCE,
  EBUSY: SCARCE,
  EINTR: SCARCE,
  EIO: UNREACHABLE,
  EREMOTEIO: UNREACHABLE,
  ESTALE: UNREACHABLE,
  ETIMEDOUT: UNREACHABLE,
  EHOSTDOWN: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ECONNREFUSED: UNREACHABLE,
  ECONNRESET: UNREACHABLE,
  ENOTCONN: UNREACHABLE,
  EACCES: UNUSABLE,
  EPERM: UNUSABLE,
  EROFS: UNUSABLE,
  ENOENT: UNUSABLE,
  ENOTDIR: UNUSABLE,
};

/** What an error of the file system comes to; the words name the path and the system's own name for it. */
export function fileProblem(error: unknown, path: string): FileProblem {
  const errno =
    types.isNativeError(error) && 'code' in error && typeof error.code === 'string'
      ? error.code
      : 'unknown';
  const { code, words } = FILE_ERRORS[errno] ?? UNUSABLE;
  return { code, words: `${path} ${words} (${errno})` };
}

/** Turns what the file system said into a failure that names the path. */
export function storeFailure(error: unknown, path: string): Error {
  if (error instanceof ApplicationFailure) return error;
  const { code, words } = fileProblem(error, path);
  return failure(code, words);
}

/**
 * What `use` gives; `undefined` if the file or folder at the path does not exist. Any other error says
 * nothing about what is there: it becomes a failure that names the path.
 */
export async function unlessMissing<T>(
  path: string,
  use: (path: string) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await use(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw storeFailure(error, path);
  }
}
