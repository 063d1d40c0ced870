import type { Client } from 'pg';
import { z } from 'zod';
import type { Job } from '../../../workflows/domain/job';
import type { SettingName } from '../../../workflows/domain/plan';
import type { Evidence } from '../../../workflows/domain/report';

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

const named = z.array(z.looseObject({ table: z.string() }));
const lists = z.object({ tables: named, drift: named, differences: z.array(z.string()) });
const evidence = z.custom<Evidence>((value) => lists.safeParse(value).success);

/** Reads what a restore has to know from the mark; `undefined` where none was kept. */
export async function readMarkedJob(client: Client): Promise<Job | undefined> {
  const result = await client.query(
    `SELECT to_jsonb(m) -> 'job' AS job FROM moveout.migration AS m`,
  );
  const parsed = z.object({ job }).safeParse(result.rows[0]);
  return parsed.success ? parsed.data.job : undefined;
}

const leftOut = z.array(z.object({ name: z.string(), role: z.string().optional() }));

/** Reads which settings of its source the database was made without, as its plan said. */
export async function readMarkedLeftOut(client: Client): Promise<readonly SettingName[]> {
  const result = await client.query(
    `SELECT coalesce(to_jsonb(m) #> '{job,leftOutSettings}', '[]') AS "leftOut" FROM moveout.migration AS m`,
  );
  return z.object({ leftOut }).parse(result.rows[0]).leftOut;
}

/** Reads what the verification found that a completed mark rests on; `undefined` where it was not kept. */
export async function readMarkedEvidence(client: Client): Promise<Evidence | undefined> {
  const result = await client.query(
    `SELECT to_jsonb(m) #> '{job,evidence}' AS evidence FROM moveout.migration AS m`,
  );
  const parsed = z.object({ evidence }).safeParse(result.rows[0]);
  return parsed.success ? parsed.data.evidence : undefined;
}
