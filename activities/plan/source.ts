import type { Client } from '../postgres/database-client';
import { PROJECT_SCHEMAS } from '../../workflows/domain/names';
import type { DatabaseIdentity, PlannedTable, Problem } from '../../workflows/domain/plan';
import type { Project, ProjectIdentity } from '../../workflows/domain/request';
import type { Settings } from '../../workflows/domain/settings';
import { readIdentity } from '../postgres/catalog/identity';
import { readBlindSpots, readRole } from '../postgres/catalog/privileges';
import { readTables, type TableFacts } from '../postgres/catalog/tables';
import type { Connections } from '../postgres/connections';
import { readSchema, type SchemaScript } from '../postgres/schema';
import { findCrossings, type Crossing } from '../postgres/scope/crossing';
import { refsAreUnknown } from '../postgres/scope/known-refs';
import { readProjectKeys } from '../postgres/scope/project-keys';
import { ruleOf } from '../postgres/scope/rules';
import { transaction } from '../postgres/transaction';

/** What the plan sees of the source. */
export interface SourceView {
  readonly identity: DatabaseIdentity;
  readonly tables: readonly PlannedTable[];
  readonly users: number;
  readonly buckets: number;
  readonly schema: SchemaScript | undefined;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Whose share of the source is looked at, and by which rule. */
export interface Viewing {
  readonly settings: Settings;
  readonly project: ProjectIdentity;
  readonly configured: readonly Project[] | undefined;
}

/** Reads the source for one project: its tables with their scopes, its keys, its schema, and what is wrong. */
export async function viewSource(
  connections: Connections,
  { settings, project, configured }: Viewing,
): Promise<SourceView> {
  const place = { connection: settings.source, access: 'read' } as const;
  const seen = await connections.with(place, (client) =>
    transaction(client, 'read-snapshot', async () => {
      const identity = await readIdentity(client, settings.source);
      const tables = await readTables(client, PROJECT_SCHEMAS);
      const problems = [...(await blindness(client)), ...unruled(tables), ...incomplete(tables)];
      const counts =
        problems.length > 0
          ? { users: 0, buckets: 0, problems: [] }
          : await count(client, { settings, project, configured, tables });
      return { identity, tables, counts, problems: [...problems, ...counts.problems] };
    }),
  );
  const schema = seen.problems.some(({ code }) => code === 'privilege')
    ? undefined
    : await connections.withPool(place, (pool) => readSchema(pool, PROJECT_SCHEMAS));
  return {
    identity: seen.identity,
    tables: seen.tables.map(planned),
    users: seen.counts.users,
    buckets: seen.counts.buckets,
    schema,
    problems: [
      ...seen.problems,
      ...(schema?.problems ?? []).map((message) => ({ code: 'schema', message })),
    ],
    warnings: [
      ...prefixWarnings(settings, configured),
      ...(schema?.leftOut ?? []).map(({ object, because }) => ({
        code: 'left-out',
        message: `${object} stays behind: ${because}`,
      })),
    ],
  };
}

function prefixWarnings(settings: Settings, configured: Viewing['configured']): readonly Problem[] {
  const configuredRefs = configured?.map((other) => other.ref);
  if (!refsAreUnknown({ tenancy: settings.tenancy, configuredRefs })) return [];
  return [
    {
      code: 'refs-unknown',
      message:
        'buckets go by id prefix, but no other ref is known: a bucket of a project whose ref begins with this one would come along; configure the projects',
    },
  ];
}

interface Counting extends Viewing {
  readonly tables: readonly TableFacts[];
}

async function count(
  client: Client,
  { settings, project, configured, tables }: Counting,
): Promise<{ users: number; buckets: number; problems: readonly Problem[] }> {
  const { projectRef } = project;
  const keys = await readProjectKeys(client, tables, {
    tenancy: settings.tenancy,
    projectRef,
    configuredRefs: configured?.map((other) => other.ref),
  });
  const users = keys.users.count;
  const buckets = keys.buckets.count + keys.analyticsBuckets.count + keys.vectorBuckets.count;
  const crossings = await findCrossings(client, PROJECT_SCHEMAS, keys);
  const unknown = configured === undefined && users === 0 && buckets === 0;
  return {
    users,
    buckets,
    problems: [...crossings.map(crossingProblem), ...(unknown ? [noSuchProject(projectRef)] : [])],
  };
}

function crossingProblem({ rows, table, foreignKey, references }: Crossing): Problem {
  return {
    code: 'crosses-projects',
    message: `${String(rows)} rows of ${table} belong to the project but refer (${foreignKey}) to rows of ${references} that do not`,
  };
}

function noSuchProject(projectRef: string): Problem {
  return {
    code: 'no-such-project',
    message: `the tenancy gives project "${projectRef}" no user and no bucket in the source`,
  };
}

async function blindness(client: Client): Promise<readonly Problem[]> {
  const spots = await readBlindSpots(client, PROJECT_SCHEMAS);
  if (spots.length === 0) return [];
  const { role } = await readRole(client);
  const reasons = {
    select: `lacks SELECT: GRANT SELECT ON the table TO ${role}`,
    usage: `lacks USAGE on the schema: GRANT USAGE ON SCHEMA … TO ${role}`,
    rls: `would be hidden by row level security: use a role with BYPASSRLS (ALTER ROLE ${role} BYPASSRLS)`,
  } as const;
  return Object.entries(reasons).flatMap(([reason, words]) => {
    const tables = spots.filter((spot) => spot.reason === reason).map((spot) => spot.table);
    if (tables.length === 0) return [];
    return [
      {
        code: 'privilege',
        message: `role "${role}" cannot read ${tables.join(', ')} whole: ${words}`,
      },
    ];
  });
}

function unruled(tables: readonly TableFacts[]): readonly Problem[] {
  return tables
    .filter((facts) => ruleOf(facts.table) === undefined)
    .map((facts) => ({
      code: 'no-rule',
      message: `no rule says which rows of ${facts.table} belong to a project`,
    }));
}

function incomplete(tables: readonly TableFacts[]): readonly Problem[] {
  const present = new Set(tables.map((facts) => facts.table));
  return ['auth.users', 'auth.identities', 'storage.buckets', 'storage.objects']
    .filter((table) => !present.has(table))
    .map((table) => ({ code: 'not-a-studio', message: `the source has no table ${table}` }));
}

function planned(facts: TableFacts): PlannedTable {
  const rule = ruleOf(facts.table);
  return {
    table: facts.table,
    scope: rule?.kind ?? 'excluded',
    rule: rule?.rule ?? 'no rule',
    estimatedRows: facts.estimatedRows,
    estimatedBytes: facts.bytes,
  };
}
