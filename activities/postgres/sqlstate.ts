import { types } from 'node:util';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { DatabaseError } from 'pg';
import type { FailureCode } from '../../workflows/domain/failure';
import { failure } from '../failure';

/** By whole SQLSTATE, then by class (PostgreSQL, appendix A). */
const BY_STATE: Readonly<Record<string, FailureCode>> = {
  '42501': 'AccessDenied',
  '53100': 'DiskFull',
  '53200': 'ServerBusy',
  '53300': 'ServerBusy',
  '55P03': 'ServerBusy',
  '55006': 'ServerBusy',
  '40001': 'ServerBusy',
  '40P01': 'ServerBusy',
  '57P01': 'ServerUnavailable',
  '57P02': 'ServerUnavailable',
  '57P03': 'ServerUnavailable',
  '57P05': 'ServerUnavailable',
  '25P03': 'ServerUnavailable',
  '25P04': 'ServerUnavailable',
  '3D000': 'NotFound',
};

const BY_CLASS: Readonly<Record<string, FailureCode>> = {
  '08': 'ServerUnavailable',
  '28': 'AccessDenied',
  '53': 'ServerBusy',
  '22': 'DataRejected',
  '23': 'DataRejected',
  '42': 'DataRejected',
  P0: 'DataRejected',
};

/** Node's own words for a connection that is not there, or not any more. */
const BY_ERRNO: Readonly<Record<string, FailureCode>> = {
  ECONNREFUSED: 'ServerUnavailable',
  ECONNRESET: 'ServerUnavailable',
  EPIPE: 'ServerUnavailable',
  ETIMEDOUT: 'ServerUnavailable',
  EHOSTUNREACH: 'ServerUnavailable',
  ENETUNREACH: 'ServerUnavailable',
  ENOTFOUND: 'ServerUnavailable',
  EAI_AGAIN: 'ServerUnavailable',
  ENOENT: 'ServerUnavailable',
  ENOSPC: 'DiskFull',
  EDQUOT: 'DiskFull',
  EACCES: 'BackupUnavailable',
  EROFS: 'BackupUnavailable',
};

/** Classes whose primary message may quote a value of a row: those are said in our own words. */
const OWN_WORDS: Readonly<Record<string, string>> = {
  '22': 'a value was not accepted',
  '23': 'a constraint was violated',
  P0: 'a trigger or function raised an error',
};

/**
 * Turns whatever a database call threw into a failure of the closed table. The message holds the
 * place, the SQLSTATE and object names; PostgreSQL's DETAIL, CONTEXT and messages that quote values
 * are dropped, since they hold rows.
 */
export function databaseFailure(error: unknown, place: string): Error {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (error instanceof DatabaseError) return fromServer(error, place);
  if (!types.isNativeError(error)) return failure('Unexpected', `${place}: ${typeof error}`);
  const errno = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const code = BY_ERRNO[errno] ?? fromText(error.message);
  return failure(code, `${place}: ${errno === '' ? error.message : describeErrno(errno, error)}`);
}

/** Runs `use`; what a database call in it throws names the place that it was about. */
export async function naming<T>(place: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    throw databaseFailure(error, place);
  }
}

function fromServer(error: DatabaseError, place: string): Error {
  const state = error.code ?? '';
  const code = BY_STATE[state] ?? BY_CLASS[state.slice(0, 2)] ?? 'Unexpected';
  const named = [error.schema, error.table, error.column, error.constraint].filter(Boolean);
  const words = OWN_WORDS[state.slice(0, 2)] ?? error.message;
  const objects = named.length === 0 ? '' : ` (${named.join('.')})`;
  return failure(code, `${place}: ${words}${objects} [SQLSTATE ${state}]`);
}

function describeErrno(errno: string, error: Error): string {
  const where =
    'address' in error && 'port' in error
      ? ` at ${String(error.address)}:${String(error.port)}`
      : '';
  const path = 'path' in error && typeof error.path === 'string' ? ` at ${error.path}` : '';
  return `${errno}${where}${path}`;
}

/** pg gives these conditions no code. */
function fromText(message: string): FailureCode {
  const lost = /terminated unexpectedly|Connection terminated|timeout expired|Connection ended/;
  if (lost.test(message)) return 'ServerUnavailable';
  return /password must be a string|SASL/.test(message) ? 'AccessDenied' : 'Unexpected';
}
