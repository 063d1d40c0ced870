import pg from 'pg';

/** Runs statements one by one in a session of their own. */
export async function runStatements(url: string, statements: readonly string[]): Promise<void> {
  await inSession(url, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}

/** What one query yields, in a session of its own. */
export async function rowsAt<Row extends object>(
  url: string,
  query: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  return inSession(url, async (client) => (await client.query<Row>(query, [...values])).rows);
}

async function inSession<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: BENCH_SESSION });
  // A connection that breaks fails the query under way as well; that error is the one to report.
  client.on('error', () => undefined);
  await client.connect();
  return use(client).finally(() => client.end());
}

/** What the bench's own sessions are called. */
const BENCH_SESSION = 'moveout bench';
