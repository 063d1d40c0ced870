import { Client, type QueryResultRow } from 'pg';

/** The URL of another database of the same server. */
export function databaseAt(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}

/** Runs `use` with a session of its own, pinned to one way of printing values on every version. */
export async function sessionAt<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    application_name: 'moveout test',
    options: '-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=postgres -c bytea_output=hex',
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** The rows of one statement. */
export async function rowsAt<Row extends QueryResultRow>(
  url: string,
  sql: string,
): Promise<readonly Row[]> {
  return sessionAt(url, async (client) => (await client.query<Row>(sql)).rows);
}
