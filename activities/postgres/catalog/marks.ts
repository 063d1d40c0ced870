import type { Client } from 'pg';
import { z } from 'zod';
import type { Job } from '../../../workflows/domain/job';

const name = z.object({ name: z.string() });

/** Lists the databases of a server that take connections, templates aside. */
export async function listDatabases(client: Client): Promise<readonly string[]> {
  const result = await client.query(
    `SELECT datname AS name FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1`,
  );
  return z
    .array(name)
    .parse(result.rows)
    .map((row) => row.name);
}

const job = z.custom<Job>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    ['project', 'backupId', 'target', 'targetBefore', 'extent', 'sources'].every((key) =>
      Object.hasOwn(value, key),
    ),
);

/** Reads what a restore has to know from the mark; `undefined` where none was kept. */
export async function readMarkedJob(client: Client): Promise<Job | undefined> {
  const result = await client.query(
    `SELECT to_jsonb(m) -> 'job' AS job FROM moveout.migration AS m`,
  );
  const parsed = z.object({ job }).safeParse(result.rows[0]);
  return parsed.success ? parsed.data.job : undefined;
}
