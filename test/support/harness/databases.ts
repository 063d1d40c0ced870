import { randomBytes } from 'node:crypto';
import { escapeIdentifier, type Client, type QueryResultRow } from 'pg';
import { until } from '../until';
import { PINNED, sessionAt } from './session-at';

const made = new Set<string>();

/** The URL of a database of the test server, as its superuser or as a role whose password is its name. */
export function urlOf(database: string, role?: string): string {
  const given = process.env['MOVEOUT_TEST_POSTGRES_URL'];
  if (given === undefined)
    throw new Error('MOVEOUT_TEST_POSTGRES_URL is not set: run the tests by jest');
  const url = new URL(given);
  url.pathname = `/${database}`;
  if (role !== undefined) {
    url.username = role;
    url.password = role;
  }
  return url.href;
}

/** Runs `use` with a session of its own, pinned to one way of printing values. */
export function withSession<T>(database: string, use: (client: Client) => Promise<T>): Promise<T> {
  return sessionAt(urlOf(database), use, PINNED);
}

/** Runs one statement (or several without values) and gives the rows of the last. */
export async function query<Row extends QueryResultRow>(
  database: string,
  sql: string,
  values?: readonly unknown[],
): Promise<readonly Row[]> {
  return withSession(database, async (client) => {
    const result = await client.query<Row>(sql, values === undefined ? undefined : [...values]);
    return result.rows;
  });
}

/** Runs SQL text for its effect. */
export async function execute(database: string, sql: string): Promise<void> {
  await withSession(database, (client) => client.query(sql));
}

/** A database name that nobody else has; the database, should it come to exist, is dropped at the end. */
export function freshName(kind: string): string {
  const name = `${kind}_${randomBytes(5).toString('hex')}`;
  made.add(name);
  return name;
}

/** Creates a database of a fresh name, from a template where one is named. */
export async function createDatabase(kind: string, template = 'template0'): Promise<string> {
  const name = freshName(kind);
  await untilLeft(template);
  await execute(
    'postgres',
    `CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${escapeIdentifier(template)}`,
  );
  return name;
}

/**
 * Waits until nobody is connected to a database, so that it can be a template. CREATE DATABASE itself waits
 * 5 s, and an idle session of a worker stays nearly as long.
 */
export async function untilLeft(database: string): Promise<void> {
  await until(`nobody is connected to ${database}`, async () => {
    const sessions = await query(
      'postgres',
      `SELECT FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`,
      [database],
    );
    return sessions.length === 0;
  });
}

/** Tells whether the server has a database of this name. */
export async function exists(database: string): Promise<boolean> {
  const rows = await query('postgres', 'SELECT FROM pg_database WHERE datname = $1', [database]);
  return rows.length === 1;
}

/** Drops every database that the file made, or had made for it. */
export async function dropDatabases(): Promise<void> {
  for (const name of made) {
    await execute('postgres', `DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
  }
  made.clear();
}
