import type { Client } from 'pg';
import { z } from 'zod';
import type { Job } from '../../../workflows/domain/job';
import type { SettingName, Unreached } from '../../../workflows/domain/plan';
import type { Evidence } from '../../../workflows/domain/report';
import { INVALID } from '../catalog/databases';

const name = z.object({ name: z.string() });

/** Lists the databases of a server that take connections, templates aside. */
export async function listDatabases(client: Client): Promise<readonly string[]> {
  const result = await client.query(
    `SELECT datname AS name FROM pg_database WHERE datallowconn AND datconnlimit <> ${INVALID} AND NOT datistemplate ORDER BY 1`,
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

/** Reads what a restore has to know from the marker; `undefined` if none was kept. */
export async function readJobOfMarker(client: Client): Promise<Job | undefined> {
  const result = await client.query(
    `SELECT to_jsonb(m) -> 'job' AS job FROM moveout.migration AS m`,
  );
  const parsed = z.object({ job }).safeParse(result.rows[0]);
  return parsed.success ? parsed.data.job : undefined;
}

/** What a run did not set in its target, as its plan said, and left to an operator. */
export interface LeftToOperator {
  readonly leftOutSettings: readonly SettingName[];
  readonly unreached: Unreached | undefined;
}

const names = z.array(z.string());
const leftToOperator = z.object({
  leftOutSettings: z.array(z.object({ name: z.string(), role: z.string().optional() })).nullish(),
  unreached: z.object({ role: z.string(), owners: names, defaultPrivilegesOf: names }).nullish(),
});

/** Reads from the marker what its run did not set. */
export async function readLeftToOperator(client: Client): Promise<LeftToOperator> {
  const result = await client.query(
    `SELECT to_jsonb(m) #> '{job,leftOutSettings}' AS "leftOutSettings", to_jsonb(m) #> '{job,unreached}' AS unreached
       FROM moveout.migration AS m`,
  );
  const { leftOutSettings, unreached } = leftToOperator.parse(result.rows[0]);
  return { leftOutSettings: leftOutSettings ?? [], unreached: unreached ?? undefined };
}

/** Reads what the verification found that a completed marker rests on; `undefined` if it was not kept. */
export async function readEvidenceOfMarker(client: Client): Promise<Evidence | undefined> {
  const result = await client.query(
    `SELECT to_jsonb(m) #> '{job,evidence}' AS evidence FROM moveout.migration AS m`,
  );
  const parsed = z.object({ evidence }).safeParse(result.rows[0]);
  return parsed.success ? parsed.data.evidence : undefined;
}
