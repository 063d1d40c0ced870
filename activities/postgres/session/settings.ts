import type { QueryConfig } from 'pg';
import { literal } from '../identifiers';

type Values = Readonly<Record<string, string>>;

/**
 * What every session of moveout has, whatever a role, a database, a URL or the server's file says: the same
 * meaning of statements, the same text and byte forms on every server, no time limits of others. Every
 * role may set these, on every version.
 */
const PINNED: Values = {
  // No limit of others ends a session or a statement.
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  tcp_user_timeout: '0',
  exit_on_error: 'off',
  client_connection_check_interval: '2s',
  // What a statement means.
  search_path: 'pg_catalog',
  standard_conforming_strings: 'on',
  backslash_quote: 'safe_encoding',
  escape_string_warning: 'off',
  quote_all_identifiers: 'off',
  array_nulls: 'on',
  transform_null_equals: 'off',
  xmloption: 'content',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  row_security: 'off',
  check_function_bodies: 'off',
  // How many rows an index may leave out.
  gin_fuzzy_search_limit: '0',
  // What values look like.
  TimeZone: 'UTC',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '3',
  xmlbinary: 'base64',
  lc_monetary: 'C',
  lc_numeric: 'C',
  lc_time: 'C',
  // Where and how tables are made.
  default_tablespace: '',
  temp_tablespaces: '',
  default_table_access_method: 'heap',
  // What is written into logs and sent besides answers.
  client_min_messages: 'warning',
  log_parameter_max_length_on_error: '0',
  debug_print_parse: 'off',
  debug_print_rewritten: 'off',
  debug_print_plan: 'off',
  synchronize_seqscans: 'off',
  // Compiling a statement takes longer than most of them run.
  jit: 'off',
  // Sets of a million keys are looked up by hash, which PostgreSQL gives up where they do not fit.
  work_mem: '64MB',
  hash_mem_multiplier: '4',
};

/** Further session settings, which not every version, minor release or installation has. */
const PINNED_IF_KNOWN: Values = {
  transaction_timeout: '0',
  createrole_self_grant: '',
  restrict_nonsystem_relation_kind: '',
  icu_validation_level: 'disabled',
  force_parallel_mode: 'off',
  debug_parallel_query: 'off',
  'plpgsql.check_asserts': 'on',
  'plpgsql.extra_errors': 'none',
  'plpgsql.extra_warnings': 'none',
  'safeupdate.enabled': 'off',
};

/**
 * What only a superuser sets, and with which rows would be read wrongly: if it is otherwise and the role
 * may not change it, the session is refused.
 */
const REQUIRED: Values = {
  zero_damaged_pages: 'off',
  ignore_checksum_failure: 'off',
  'plpgsql.variable_conflict': 'error',
};

/** The settings of a session that may write: foreign keys are checked. */
const REQUIRED_TO_WRITE: Values = { ...REQUIRED, session_replication_role: 'origin' };

/** The names of all settings that a session is sure of. */
export const SURE_SETTINGS: readonly string[] = [
  ...Object.keys({ ...PINNED, ...PINNED_IF_KNOWN, ...REQUIRED_TO_WRITE }),
  ...['lock_timeout', 'default_transaction_read_only', 'synchronous_commit', 'client_encoding'],
  ...['application_name', 'log_parameter_max_length'],
];

/** Waiting for a lock of another longer than this is a failure that is tried again. */
const LOCK_TIMEOUT = '30s';

/** What a session is for: whether it may write, and how long it waits for a lock. */
export interface SessionKind {
  readonly access: 'read' | 'write';
  /** As PostgreSQL reads it; left out, half a minute. */
  readonly lockWait?: string | undefined;
}

/** The settings of a session that may only read, or may also write. */
function sessionSettings({ access, lockWait = LOCK_TIMEOUT }: SessionKind): Values {
  return {
    ...PINNED,
    lock_timeout: lockWait,
    default_transaction_read_only: access === 'read' ? 'on' : 'off',
  };
}

function requiredSettings(access: 'read' | 'write'): Values {
  return access === 'write' ? REQUIRED_TO_WRITE : REQUIRED;
}

/**
 * What Temporal has been told is done must be there after a crash of the server, also if its
 * sessions may lose their last commits; a setting that waits for more than the server's own disk stays.
 */
const DURABLE = `pg_catalog.set_config('synchronous_commit',
  pg_catalog.replace(pg_catalog.current_setting('synchronous_commit'), 'off', 'on'), false)`;

/** One statement that pins all settings. */
export function pinStatement(kind: SessionKind): string {
  return pinning(kind, []);
}

/** How the statements that pin a session again are called, before who may write. */
export const PIN_AGAIN = 'moveout pin';

/**
 * The same for a session that is used again, with its new name and its patience as parameters; it yields as
 * `mayConnect` whether a new session would be let in. Prepared: to read the statement takes longer than to run it.
 */
export function pinAgain({ access, lockWait }: SessionKind, name: string): QueryConfig {
  const values = [name, lockWait ?? LOCK_TIMEOUT];
  return { name: `${PIN_AGAIN} ${access}`, text: AGAIN[access], values };
}

function pinning(kind: SessionKind, more: readonly string[]): string {
  const { access } = kind;
  const durable = access === 'write' ? [DURABLE] : [];
  const calls = [
    ...Object.entries({ ...sessionSettings(kind), client_encoding: 'UTF8' }).map(setting),
    ...Object.entries(PINNED_IF_KNOWN).map(settingIfKnown),
    ...Object.entries(requiredSettings(access)).map(settingIfOtherwise),
    UNLOGGED,
    ...durable,
    ...more,
  ];
  // One column, where there could be one a setting. What the session finds by its own path, others may have made.
  return `SELECT pg_catalog.num_nonnulls(${calls.join(', ')})`;
}

type Entry = readonly [name: string, value: string];

function setting([name, value]: Entry): string {
  return `pg_catalog.set_config('${name}', ${literal(value)}, false)`;
}

function settingIfKnown(entry: Entry): string {
  const [name] = entry;
  return `CASE WHEN pg_catalog.current_setting('${name}', true) IS NOT NULL THEN ${setting(entry)} END`;
}

function settingIfOtherwise(entry: Entry): string {
  const [name, value] = entry;
  return `CASE WHEN pg_catalog.current_setting('${name}', true) OPERATOR(pg_catalog.<>) ${literal(value)} THEN ${setting(entry)} END`;
}

/** Values of rows are parameters of some statements: no log gets them if the role can say so. */
const UNLOGGED = `CASE WHEN pg_catalog.current_setting('is_superuser') OPERATOR(pg_catalog.=) 'on'
  THEN pg_catalog.set_config('log_parameter_max_length', '0', false) END`;

/** Finds the required settings that are otherwise: `name`, `value`, and the one that would be right. */
export function findOtherwise(access: 'read' | 'write'): string {
  const required = Object.entries(requiredSettings(access))
    .map(([name, value]) => `(${literal(name)}, ${literal(value)})`)
    .join(', ');
  return `SELECT name, pg_catalog.current_setting(name, true) AS value, wanted
    FROM (VALUES ${required}) AS required (name, wanted)
   WHERE pg_catalog.current_setting(name, true) <> wanted`;
}

const OWN = [
  `pg_catalog.set_config('application_name', $1, false)`,
  `pg_catalog.set_config('lock_timeout', $2, false)`,
];
const MAY_CONNECT = `pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CONNECT')
  AND (SELECT d.datallowconn FROM pg_catalog.pg_database AS d
        WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()) AS "mayConnect"`;
const AGAIN = {
  read: `${pinning({ access: 'read' }, OWN)}, ${MAY_CONNECT}`,
  write: `${pinning({ access: 'write' }, OWN)}, ${MAY_CONNECT}`,
} as const;

/** For the rest of a transaction, names without a schema are also looked for in `public`. */
export const SEARCH_PUBLIC = `SELECT set_config('search_path', 'pg_catalog, public', true)`;

/**
 * The same settings as start-up options: they hold before the first statement, so that no time limit of
 * the role or the database can end that one. Only what every role may set; `knows` names what is special
 * to the server's version.
 */
export function startupOptions(kind: SessionKind, knows: readonly string[] = []): string {
  const special = Object.entries(PINNED_IF_KNOWN).filter(([name]) => knows.includes(name));
  return [...Object.entries(sessionSettings(kind)), ...special]
    .map(([name, value]) => `-c ${name}=${value.replace(/ /g, '\\ ')}`)
    .join(' ');
}

/** Names PostgreSQL cuts at this many bytes. */
const APPLICATION_NAME_BYTES = 63;

/** A session's name as PostgreSQL keeps it. */
export function cutName(name: string): string {
  return Buffer.from(name, 'utf8').subarray(0, APPLICATION_NAME_BYTES).toString('utf8');
}
