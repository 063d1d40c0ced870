import type { Client, QueryResultRow } from 'pg';
import { PINNED, sessionAt as at } from '../support/harness/session-at';

/** The URL of another database of the same server. */
export function databaseAt(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}

/** Runs `use` with a session of its own, pinned to one way of printing values on every version. */
export function sessionAt<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  return at(url, use, PINNED);
}

/** The rows of one statement. */
export async function rowsAt<Row extends QueryResultRow>(
  url: string,
  sql: string,
): Promise<readonly Row[]> {
  return sessionAt(url, async (client) => (await client.query<Row>(sql)).rows);
}
