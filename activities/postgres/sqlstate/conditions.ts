import type { FailureCode } from '../../../workflows/domain/failure';

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
  '0A000': { code: 'DataRejected', words: 'the server does not support what was asked of it' },
  '21': { code: 'DataRejected', words: 'a query gave more than one row' },
  '22': { code: 'DataRejected', words: 'a value was not accepted' },
  '22021': { code: 'DataRejected', words: 'a text holds bytes that its encoding does not have' },
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
  '55P03': { code: 'ServerBusy', words: 'a lock was not to be had in time' },
  '57': { code: 'ServerUnavailable', words: 'the server ended the session' },
  '57014': {
    code: 'ServerBusy',
    words: 'the statement was cancelled, by a time limit or by somebody',
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
  '58P01': { code: 'ServerDamaged', words: 'the server misses a file of its own' },
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
