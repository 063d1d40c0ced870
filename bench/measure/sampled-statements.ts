import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { addedUp, type FoundStatement, type StatementWatch } from './statement-watch';

const EVERY_MS = 50;

interface Active {
  readonly database: string | null;
  readonly statement: string;
  /** Tells one call from another. */
  readonly call: string;
}

const ACTIVE = `
  SELECT datname AS database, query AS statement, pid || ' ' || query_start AS call
    FROM pg_stat_activity
   WHERE state = 'active' AND backend_type = 'client backend' AND pid <> pg_backend_pid()`;

/**
 * Looks many times a second at what runs: for a server that does not count. Statements that are shorter than the
 * pause between two looks are mostly missed, and rows are not known.
 */
export async function sampleStatements(
  maintenanceUrl: string,
  groupOf: (database: string) => string,
): Promise<StatementWatch> {
  const client = new pg.Client(maintenanceUrl);
  // A connection that breaks fails the query under way as well; that error is the one to report.
  client.on('error', () => undefined);
  await client.connect();
  const seen = new Map<string, FoundStatement>();
  const ending = new AbortController();
  const looking = look(client, seen, ending.signal);
  // Thrown by `stop`, and by nothing if what is measured fails first.
  looking.catch(() => undefined);
  return {
    stop: async () => {
      ending.abort();
      await looking.finally(() => client.end());
      return addedUp([...seen.values()], groupOf);
    },
  };
}

async function look(
  client: pg.Client,
  seen: Map<string, FoundStatement>,
  ending: AbortSignal,
): Promise<void> {
  let last = performance.now();
  while (!ending.aborted) {
    const { rows } = await client.query<Active>(ACTIVE);
    const now = performance.now();
    for (const { database, statement, call } of rows) {
      const seconds = (seen.get(call)?.seconds ?? 0) + (now - last) / 1000;
      seen.set(call, { database, statement, calls: 1, seconds, rows: 0 });
    }
    last = now;
    await wait(EVERY_MS, undefined, { signal: ending }).catch(() => undefined);
  }
}
