import { actualRows, expectedRows } from '../support/harness/expected-rows';
import { createDatabase, execute, freshName, query, urlOf } from '../support/harness/databases';
import { useOwnServer } from '../support/harness/own-server';
import { openTestbed, type Testbed } from '../support/harness/testbed';

/** A value of each setting that would change what moveout's statements mean, or end them. */
const HOSTILE: Readonly<Record<string, string>> = {
  statement_timeout: '1ms',
  idle_in_transaction_session_timeout: '1ms',
  idle_session_timeout: '1ms',
  lock_timeout: '1ms',
  exit_on_error: 'on',
  search_path: 'auth, storage, public',
  standard_conforming_strings: 'off',
  backslash_quote: 'off',
  escape_string_warning: 'on',
  quote_all_identifiers: 'on',
  array_nulls: 'off',
  transform_null_equals: 'on',
  xmloption: 'document',
  default_transaction_isolation: 'serializable',
  default_transaction_deferrable: 'on',
  row_security: 'on',
  check_function_bodies: 'on',
  gin_fuzzy_search_limit: '1',
  TimeZone: 'Asia/Tokyo',
  DateStyle: 'German, DMY',
  IntervalStyle: 'iso_8601',
  bytea_output: 'escape',
  extra_float_digits: '-15',
  xmlbinary: 'hex',
  lc_monetary: 'C.UTF-8',
  lc_numeric: 'C.UTF-8',
  lc_time: 'C.UTF-8',
  default_tablespace: 'nospace',
  temp_tablespaces: 'nospace',
  default_table_access_method: 'other_heap',
  client_min_messages: 'debug1',
  log_parameter_max_length_on_error: '-1',
  debug_print_plan: 'on',
  client_encoding: 'LATIN1',
  restrict_nonsystem_relation_kind: 'view, foreign-table',
  work_mem: '64kB',
  jit: 'on',
  force_parallel_mode: 'on',
  session_replication_role: 'replica',
  zero_damaged_pages: 'on',
  ignore_checksum_failure: 'on',
  synchronous_commit: 'off',
  'plpgsql.extra_errors': 'all',
  'plpgsql.variable_conflict': 'use_variable',
  'safeupdate.enabled': 'on',
  timezone_abbreviations: 'Australia',
  default_text_search_config: 'german',
  enable_seqscan: 'off',
  track_activities: 'off',
  lc_messages: 'C.UTF-8',
};

/** So that the setting can be set at all. */
const OTHER_METHOD = 'CREATE ACCESS METHOD other_heap TYPE TABLE HANDLER heap_tableam_handler';

describe('a server where every setting is another', () => {
  let bed: Testbed;
  let stopServer: () => Promise<void>;
  beforeAll(async () => {
    stopServer = await useOwnServer();
    bed = await openTestbed();
    await execute(bed.source, OTHER_METHOD);
    await keepOnlookerPlain();
  });
  afterAll(async () => {
    await bed.close();
    await stopServer();
  });

  /** Moves the next project as the role, and compares every row; into a database that is there, if one is named. */
  async function move(role: string, there?: string): Promise<void> {
    bed.configured.urls = { shared: urlOf(bed.source, role), projects: urlOf('postgres', role) };
    const project = { ...bed.nextProject(), ...(there !== undefined && { databaseName: there }) };
    const ending = await bed.run('migrateProject', project);
    expect([ending.message, ending.report?.outcome]).toEqual(['', 'migrated']);
    expect(await actualRows(project.databaseName)).toEqual(
      await expectedRows(bed.source, project.projectRef),
    );
  }

  async function setAll(of: string, values: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, value] of Object.entries(values)) {
      const list = ['search_path', 'temp_tablespaces'].includes(name);
      await execute('postgres', `ALTER ${of} SET ${name} = ${list ? value : `'${value}'`}`);
    }
  }

  /** What a role has goes before what a database has: the test's own sessions stay as they are. */
  async function keepOnlookerPlain(): Promise<void> {
    const usual = await query<{ name: string; value: string }>(
      'postgres',
      `SELECT name, reset_val AS value FROM pg_settings WHERE name = ANY ($1)`,
      [Object.keys(HOSTILE)],
    );
    const plain = Object.fromEntries(usual.map(({ name, value }) => [name, value]));
    await setAll('ROLE postgres', { ...plain, search_path: 'public', temp_tablespaces: "''" });
  }

  async function freshRole(): Promise<string> {
    const role = freshName('hostile');
    await execute('postgres', `CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD '${role}'`);
    return role;
  }

  it('moves a project where the role has them', async () => {
    const role = await freshRole();
    const there = await createDatabase('target');
    await execute(there, OTHER_METHOD);
    await setAll(`ROLE ${role}`, { ...HOSTILE, default_transaction_read_only: 'on' });
    await move(role);
    await move(role, there);
  });

  it('moves a project where the role has them in the databases of source, server and target', async () => {
    const role = await freshRole();
    const there = await createDatabase('target');
    await execute(there, OTHER_METHOD);
    for (const database of [bed.source, 'postgres', there])
      await setAll(`ROLE ${role} IN DATABASE ${database}`, HOSTILE);
    await move(role, there);
    await execute(bed.source, `ALTER ROLE ${role} IN DATABASE ${bed.source} RESET ALL`);
  });

  it('moves a project where the databases of source and server have them', async () => {
    const role = await freshRole();
    for (const database of [bed.source, 'postgres']) await setAll(`DATABASE ${database}`, HOSTILE);
    for (const name of Object.keys(HOSTILE).filter((one) => one.includes('.')))
      await execute('postgres', `ALTER DATABASE ${bed.source} RESET ${name}`);
    await move(role);
  });

  it('has no table made by another access method', async () => {
    const names = await query<{ name: string }>(
      'postgres',
      `SELECT datname AS name FROM pg_database WHERE datname LIKE 'target%'`,
    );
    expect(names.length).toBeGreaterThan(0);
    for (const { name } of names) {
      const others = await query(
        name,
        `SELECT relname FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE amname = 'other_heap'`,
      );
      expect(others).toEqual([]);
    }
  });
});
