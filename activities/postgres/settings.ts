import type { QueryConfig } from 'pg';
import { literal } from './identifiers';

/** What every session of moveout has: the same text and byte forms on every server, no time limits of others. */
const PINNED: Readonly<Record<string, string>> = {
  TimeZone: 'UTC',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '3',
  xmlbinary: 'base64',
  search_path: 'pg_catalog',
  row_security: 'off',
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  client_connection_check_interval: '2s',
  synchronize_seqscans: 'off',
  // Compiling a statement takes longer than most of them run.
  jit: 'off',
  // Sets of a million keys are looked up by hash, which PostgreSQL gives up where they do not fit.
  work_mem: '64MB',
  hash_mem_multiplier: '4',
};

/** Waiting for a lock of somebody else longer than this is a failure that is tried again. */
const LOCK_TIMEOUT = '30s';

/** The settings of a session that may only read, or may also write. */
function sessionSettings(access: 'read' | 'write'): Readonly<Record<string, string>> {
  return {
    ...PINNED,
    lock_timeout: LOCK_TIMEOUT,
    default_transaction_read_only: access === 'read' ? 'on' : 'off',
  };
}

/**
 * What Temporal has been told is done must be there after a crash of the server, also where its
 * sessions may lose their last commits; a setting that waits for more than the server's own disk stays.
 */
const DURABLE = `pg_catalog.set_config('synchronous_commit',
  pg_catalog.replace(pg_catalog.current_setting('synchronous_commit'), 'off', 'on'), false)`;

/** One statement that pins all settings. */
export function pinStatement(access: 'read' | 'write'): string {
  return pinning(access, []);
}

/** How the statements that pin a session again are called, before who may write. */
export const PIN_AGAIN = 'moveout pin';

/**
 * The same for a session that is used again, with its new name as the only parameter. Prepared: to read the
 * statement takes longer than to run it.
 */
export function pinAgain(access: 'read' | 'write', name: string): QueryConfig {
  return { name: `${PIN_AGAIN} ${access}`, text: AGAIN[access], values: [name] };
}

function pinning(access: 'read' | 'write', more: readonly string[]): string {
  const calls = Object.entries(sessionSettings(access)).map(
    ([setting, value]) => `pg_catalog.set_config('${setting}', ${literal(value)}, false)`,
  );
  const durable = access === 'write' ? [DURABLE] : [];
  // One column, where there could be one a setting. What the session finds by its own path, others may have made.
  return `SELECT pg_catalog.num_nonnulls(${[...calls, ...durable, ...more].join(', ')})`;
}

const NAMED = [`pg_catalog.set_config('application_name', $1, false)`];
const AGAIN = { read: pinning('read', NAMED), write: pinning('write', NAMED) } as const;

/** For the rest of a transaction, names without a schema are also looked for in `public`. */
export const SEARCH_PUBLIC = `SELECT set_config('search_path', 'pg_catalog, public', true)`;

/** The same settings as the start-up option of a connection, for libraries that open their own. */
export function startupOptions(access: 'read' | 'write'): string {
  return Object.entries(sessionSettings(access))
    .map(([name, value]) => `-c ${name}=${value.replace(/ /g, '\\ ')}`)
    .join(' ');
}

/** Names PostgreSQL cuts at this many bytes. */
const APPLICATION_NAME_BYTES = 63;

/** A session's name as PostgreSQL keeps it. */
export function cutName(name: string): string {
  return Buffer.from(name, 'utf8').subarray(0, APPLICATION_NAME_BYTES).toString('utf8');
}
