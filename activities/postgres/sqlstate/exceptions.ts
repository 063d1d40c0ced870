import type { DatabaseError } from 'pg';
import { CONDITIONS, type Landing } from './conditions';

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
 * What PostgreSQL reports under a SQLSTATE that it also uses for something else. They are told apart
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
    words: 'a function that runs where rows are only read wants to write',
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
    words: 'the server lacks the library of an extension',
  },
];

/** The exception that an error of the server is, if it is one. */
export function exceptionOf(error: DatabaseError): Landing | undefined {
  return EXCEPTIONS.find(({ states, holds }) => states.includes(error.code ?? '') && holds(error));
}
