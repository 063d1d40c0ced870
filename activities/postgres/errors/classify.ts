import { types } from 'node:util';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { DatabaseError } from 'pg';
import { temporalProblem } from '../../../workflows/domain/temporal-problem';
import { failure } from '../../runtime/failure';
import { driverError, systemError } from './network';
import { framesOf, programError, redactedMessage, redactedObject } from './redact';
import { tlsError } from './tls';
import { isFailureCode, type FailureCode } from '../../../workflows/domain/failure';

/**
 * Turns whatever was thrown into a failure of the closed table. The message holds the place, the
 * SQLSTATE or the system's name of the error, names of objects, and our own words: nothing that
 * could be a value of a row. Failures of the table and cancellations are given back as they are.
 */
export function databaseFailure(error: unknown, place: string): Error {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  const { code, words } = landingOf(error);
  const made = failure(code, `${place}: ${words}`);
  if (code === 'Unexpected' && types.isNativeError(error)) made.stack = stackOf(made, error);
  if (error instanceof DatabaseError && error.code !== undefined) STATES.set(made, error.code);
  return made;
}

/** Beside the failures, since what is in one goes into Temporal. */
const STATES = new WeakMap<Error, string>();

/** The SQLSTATE that a failure was made of; `undefined` if it came from elsewhere. */
export function sqlstateOf(error: unknown): string | undefined {
  return types.isNativeError(error) ? STATES.get(error) : undefined;
}

/** The failure with a remedy at its end; as it is if it is none of the closed table. */
export function withRemedy(found: Error, remedy: string): Error {
  if (!(found instanceof ApplicationFailure)) return found;
  const code = found.type ?? '';
  if (!isFailureCode(code)) return found;
  const made = failure(code, `${found.message}; ${remedy}`);
  const state = sqlstateOf(found);
  if (state !== undefined) STATES.set(made, state);
  return made;
}

/** Where it was thrown, not where it was named; what it said stays out. */
function stackOf({ name, message }: Error, thrown: Error): string {
  return `${name}: ${message}\n${framesOf(thrown)}`;
}

/** Runs `use`; what a database call in it throws names the place that it was about. */
export async function naming<T>(place: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    throw databaseFailure(error, place);
  }
}

function landingOf(error: unknown): Landing {
  if (error instanceof DatabaseError) return serverError(error);
  if (!types.isNativeError(error)) return { code: 'Unexpected', words: typeof error };
  const errno = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    temporalProblem(error) ??
    tlsError(error, errno) ??
    driverError(error) ??
    systemError(error, errno) ??
    programError(error)
  );
}

/** What is said of a SQLSTATE that no rule names: nothing of the message, which may hold anything. */
const UNKNOWN: Landing = { code: 'Unexpected', words: 'PostgreSQL reported what no rule names' };

const NO_POSTGRES: Landing = {
  code: 'ConfigInvalid',
  words: 'what answers there is no PostgreSQL; check host and port in the URL',
};

/** Where an error of the server lands; the words hold its SQLSTATE and names of objects, never a row. */
function serverError(error: DatabaseError): Landing {
  const state = error.code ?? '';
  if (state === '') return NO_POSTGRES;
  const { code, words } = exceptionOf(error) ?? conditionOf(state) ?? UNKNOWN;
  const message = redactedMessage(error);
  const what = message === undefined ? words : `${words}: ${message}`;
  return { code, words: `${what}${redactedObject(error)} [SQLSTATE ${shown(state)}]` };
}

/** A state is five digits or capitals; RAISE checks that as well. */
function shown(state: string): string {
  return /^[0-9A-Z]{5}$/.test(state) ? state : '?';
}

/** Where a condition lands in the closed table, and what it is called in our own words. */
export interface Landing {
  readonly code: FailureCode;
  readonly words: string;
}

/**
 * SQLSTATEs by name (PostgreSQL, appendix A). What passes by itself lands in a code that is tried
 * again, all else in one that is not; a class of two characters stands for those not named.
 */
export const CONDITIONS: Readonly<Record<string, Landing>> = {
  '08': { code: 'ServerUnavailable', words: 'the connection was lost' },
  '0A000': { code: 'DataRejected', words: 'the server does not support this operation' },
  '21': { code: 'DataRejected', words: 'a query gave more than one row' },
  '22': { code: 'DataRejected', words: 'a value was not accepted' },
  '22021': { code: 'DataRejected', words: 'a text holds bytes that are invalid in its encoding' },
  '22P05': { code: 'DataRejected', words: 'a character does not exist in the other encoding' },
  '23': { code: 'DataRejected', words: 'a constraint was violated' },
  '23502': { code: 'DataRejected', words: 'a column that must have a value has none' },
  '23503': { code: 'DataRejected', words: 'a foreign key was violated' },
  '23505': { code: 'DataRejected', words: 'a unique key was violated' },
  '23514': { code: 'DataRejected', words: 'a check was violated' },
  '23P01': { code: 'DataRejected', words: 'an exclusion constraint was violated' },
  '25006': {
    code: 'ServerUnavailable',
    words: 'the server takes no writes now: it is a standby, or was set to read-only',
  },
  '25P03': { code: 'ServerUnavailable', words: 'a time limit of the server ended the session' },
  '25P04': { code: 'ServerUnavailable', words: 'a time limit of the server ended the session' },
  '28': { code: 'AccessDenied', words: 'the server refused the login' },
  '2B': { code: 'DataRejected', words: 'other objects depend on the object' },
  '38': { code: 'DataRejected', words: 'a function failed' },
  '39': { code: 'DataRejected', words: 'a function failed' },
  '3D000': { code: 'NotFound', words: 'the database does not exist' },
  '3F000': { code: 'DataRejected', words: 'the schema does not exist' },
  '40': { code: 'ServerBusy', words: 'the transaction was rolled back' },
  '40001': { code: 'ServerBusy', words: 'another transaction changed the same rows' },
  '40002': { code: 'DataRejected', words: 'a constraint was violated' },
  '40P01': { code: 'ServerBusy', words: 'a deadlock was broken up' },
  '42': { code: 'DataRejected', words: 'a statement was refused' },
  '42501': { code: 'AccessDenied', words: 'a privilege is missing' },
  '44': { code: 'DataRejected', words: 'a row does not belong in the view' },
  '53': { code: 'ServerBusy', words: 'the server is short of a resource' },
  '53100': { code: 'DiskFull', words: 'a disk of the server is full' },
  '53200': { code: 'ServerBusy', words: 'the server is out of memory' },
  '53300': { code: 'ServerBusy', words: 'the server has no connection left' },
  '53400': { code: 'DataRejected', words: 'a limit that is set on the server was exceeded' },
  '54': { code: 'DataRejected', words: 'a row or a statement is beyond what PostgreSQL can take' },
  '55': { code: 'DataRejected', words: 'an object is not in the state that this needs' },
  '55006': { code: 'ServerBusy', words: 'an object is in use' },
  '55P03': { code: 'ServerBusy', words: 'lock timeout' },
  '57': { code: 'ServerUnavailable', words: 'the server ended the session' },
  '57014': {
    code: 'ServerBusy',
    words: 'the statement was cancelled by a time limit or on request',
  },
  '57P01': { code: 'ServerUnavailable', words: 'the session was ended by an administrator' },
  '57P02': { code: 'ServerUnavailable', words: 'the server crashed' },
  '57P03': {
    code: 'ServerUnavailable',
    words: 'the server is starting up, shutting down or in recovery',
  },
  '57P04': { code: 'NotFound', words: 'the database was dropped' },
  '57P05': { code: 'ServerUnavailable', words: 'a time limit of the server ended the session' },
  '58030': { code: 'ServerDamaged', words: 'the server could not read or write a file of its own' },
  '58P01': { code: 'ServerDamaged', words: 'a file of the server is missing' },
  '72000': { code: 'ServerBusy', words: 'the snapshot is too old' },
  HV: { code: 'DataRejected', words: 'a foreign server failed' },
  P0: { code: 'DataRejected', words: 'a trigger or function raised an error' },
  XX001: { code: 'ServerDamaged', words: 'the server found damaged data' },
  XX002: { code: 'ServerDamaged', words: 'the server found a damaged index' },
};

/** The landing of a SQLSTATE: its own, else its class's, else none. */
export function conditionOf(state: string): Landing | undefined {
  return CONDITIONS[state] ?? CONDITIONS[state.slice(0, 2)];
}

/** A case in which the SQLSTATE alone would mislead. */
interface Exception extends Landing {
  readonly states: readonly string[];
  /** Which case it is, for people. */
  readonly when: string;
  readonly holds: (error: DatabaseError) => boolean;
}

const READ_ONLY = CONDITIONS['25006'];
const RACE = 'another session changed the same entry of the catalog at the same moment';

/**
 * What PostgreSQL reports under a SQLSTATE that it also uses for something else. They are distinguished
 * by the place in its source and by the object, which no language setting translates.
 */
export const EXCEPTIONS: readonly Exception[] = [
  {
    // A write transaction on a standby: BEGIN READ WRITE is refused before anything is written.
    states: ['0A000'],
    when: 'BEGIN refuses to read and write, as on a standby',
    holds: ({ routine }) => routine === 'call_bool_check_hook',
    code: 'ServerUnavailable',
    words: READ_ONLY?.words ?? '',
  },
  {
    states: ['25006'],
    when: 'it comes out of a function',
    holds: ({ where }) => where !== undefined,
    code: 'DataRejected',
    words: 'a function tries to write while rows are only read',
  },
  {
    states: ['22023', '42704', '55000'],
    when: 'it is about an exported snapshot',
    holds: ({ file }) => file === 'snapmgr.c',
    code: 'ServerUnavailable',
    words: 'the snapshot is gone with the session that held it',
  },
  {
    states: ['23505'],
    when: 'the key is one of `pg_catalog`',
    holds: ({ schema }) => schema === 'pg_catalog',
    code: 'ServerBusy',
    words: RACE,
  },
  {
    states: ['XX000'],
    when: 'it is an update of the catalog that came too late',
    holds: ({ routine }) => /^simple_heap_(?:update|delete)$/.test(routine ?? ''),
    code: 'ServerBusy',
    words: RACE,
  },
  {
    states: ['55000'],
    when: 'a login is refused',
    holds: ({ file }) => file === 'postinit.c',
    code: 'AccessDenied',
    words: 'the database accepts no connections',
  },
  {
    states: ['53400'],
    when: 'it is about temporary files',
    holds: ({ file }) => file === 'fd.c',
    code: 'DataRejected',
    words:
      'temp_file_limit of the server is reached: raise it for the role of the connection (ALTER ROLE … SET temp_file_limit)',
  },
  {
    states: ['58P01'],
    when: 'the file is the library or the script of an extension',
    holds: ({ file }) => file === 'dfmgr.c' || file === 'extension.c',
    code: 'NotFound',
    words: 'the server does not have the library of an extension',
  },
];

/** The exception that an error of the server is, if it is one. */
function exceptionOf(error: DatabaseError): Landing | undefined {
  return EXCEPTIONS.find(({ states, holds }) => states.includes(error.code ?? '') && holds(error));
}
