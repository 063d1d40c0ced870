import type { Client, QueryResultRow } from 'pg';
import { sessionAt as at } from '../../support/harness/session-at';

/** What the tests' own sessions are called; moveout's own begin otherwise. */
const NAME = 'outside';

/** Runs `use` with a session of the tests' own, straight to the server. */
export function sessionAt<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  return at(url, use, { application_name: NAME });
}

/** The rows of one statement. */
export async function rowsAt<Row extends QueryResultRow>(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  return sessionAt(url, async (client) => (await client.query<Row>(sql, [...values])).rows);
}

/** Runs SQL, one statement or several, for its effect. */
export async function runAt(url: string, sql: string): Promise<void> {
  await sessionAt(url, (client) => client.query(sql));
}
