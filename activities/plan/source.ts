import type { ResolvedProject } from '../projects/resolve';
import type { Extent } from '../../workflows/domain/extent';
import type {
  DatabaseIdentity,
  PlannedTable,
  Problem,
  UnclaimedRows,
} from '../../workflows/domain/plan';
import type { Scopes } from '../../workflows/domain/scopes';
import { readExtensionPlaces } from '../postgres/catalog/extension-places';
import { readIdentity } from '../postgres/catalog/databases';
import { readPartitions } from '../postgres/catalog/parts';
import { readReleases, type Release } from '../postgres/catalog/releases';
import { countRows } from '../postgres/catalog/populated';
import { readSizes, readTables, type TableFacts, type TableSize } from '../postgres/catalog/tables';
import { checkComputed } from '../postgres/checks/computed';
import { checkConfiguredStatements } from '../postgres/checks/configured-statements';
import { checkSourceRole } from '../postgres/checks/source-privileges';
import { readUniqueKeys, type UniqueKey } from '../postgres/catalog/unique-keys';
import type { Connections } from '../postgres/session/connections';
import type { Client } from '../postgres/session/database-client';
import type { DatabaseRef } from '../postgres/session/database-ref';
import {
  readDatabaseFacts,
  readServiceFacts,
  cachedSchema,
  type DatabaseFacts,
  type SchemaScript,
} from '../postgres/schema';
import { classify, type Classification } from '../postgres/scope/classify';
import { countDeletedUsers } from '../postgres/scope/deleted-users';
import { readProjectScope } from '../postgres/scope/project-scope';
import { transaction, withJoinedSessions } from '../postgres/session/transaction';
import { releaseWarnings } from './services';
import { checkRows } from '../postgres/checks/rows';
import {
  crossingProblem,
  deletedUserWarnings,
  noSuchProject,
  prefixWarnings,
  ambiguousPaths,
  exclusions,
  incompleteness,
  partitionProblems,
  scopeFaults,
} from './scope-findings';
import { readOwnership, sessionsFor, type OwnershipRequest } from './ownership';
import { readOutside, reachingOut } from './dependents';
import { absentProblem, extensionsIn, schemaProblems } from './schema-findings';
import { unclassifiedTables } from './extent';

/** What the plan sees of the source. */
export interface SourceView {
  readonly identity: DatabaseIdentity;
  readonly extent: Extent;
  readonly tables: readonly PlannedTable[];
  readonly users: number;
  readonly buckets: number;
  readonly unclaimed?: readonly UnclaimedRows[] | undefined;
  readonly schema: SchemaScript | undefined;
  readonly facts: DatabaseFacts;
  readonly releases: readonly Release[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** What a plan asks of the source of a project. */
export interface SourceRequest extends OwnershipRequest {
  readonly extent: Extent;
  /** The unique indexes of a target that has the schemas already. */
  readonly targetKeys?: readonly UniqueKey[];
}

/** Reads the source for one project: its tables with their scopes, its keys, its schema, and what is wrong. */
export async function viewSource(
  connections: Connections,
  project: ResolvedProject,
  asked: SourceRequest,
): Promise<SourceView> {
  const { scopes } = project;
  const { extent, targetKeys = [], sessions } = asked;
  const databaseRef = { connection: project.source, access: 'read' } as const;
  const { seen, schema, unmade, facts } = await connections.with(databaseRef, (client) =>
    transaction(client, 'read-snapshot', async () => {
      const looking = { client, connections, databaseRef, sessions };
      const found = await look(looking, project, { extent, targetKeys });
      const isReadable = !found.problems.some(({ code }) => code === 'privilege');
      const script = isReadable
        ? await cachedSchema({ client, connections, databaseRef }, extent)
        : undefined;
      const unmade = await findUnmade(client, script, { extent, scopes });
      const service = await readServiceFacts(client, script?.roles ?? []);
      const facts = { ...(await readDatabaseFacts(client)), service };
      return { seen: found, schema: script, unmade, facts };
    }),
  );
  const ownership =
    seen.problems.length > 0
      ? { problems: [], warnings: [] }
      : await readOwnership(connections, project, asked);
  return {
    ...seen,
    ...{ extent, schema, facts },
    unclaimed: ownership.unclaimed,
    problems: [...seen.problems, ...ownership.problems, ...unmade],
    warnings: [
      ...seen.warnings,
      ...prefixWarnings(project),
      ...exclusions(scopes),
      ...ownership.warnings,
      ...reachingOut(schema),
    ],
  };
}

/** What cannot be made in the target, with the lines that resolve it. */
async function findUnmade(
  client: Client,
  script: SchemaScript | undefined,
  { extent, scopes }: { readonly extent: Extent; readonly scopes: Scopes },
): Promise<readonly Problem[]> {
  if (script === undefined) return [];
  const absent = script.absent.map(absentProblem);
  if (script.problems.length === 0) return absent;
  const problems = schemaProblems({
    ...{ script, extent, scopes },
    tables: await readTables(client, extent),
    extensions: await readExtensionPlaces(client, extensionsIn(script)),
  });
  return [...absent, ...problems];
}

/** Tables without statistics that are no larger than this are counted. */
const COUNTED_BYTES = 32 * 1024 * 1024;

/** The sizes of the tables; small ones that were never analyzed are counted if the role may. */
async function knownSizes(
  client: Client,
  extent: Extent,
  mayRead: boolean,
): Promise<ReadonlyMap<string, TableSize>> {
  const sizes = await readSizes(client, extent);
  const small = [...sizes.values()].filter(
    ({ estimatedRows, bytes }) => estimatedRows === null && bytes <= COUNTED_BYTES,
  );
  if (!mayRead || small.length === 0) return sizes;
  const counts = await countRows(
    client,
    small.map(({ table }) => table),
  );
  const counted = small.map((size, i) => ({ ...size, estimatedRows: counts[i] ?? null }));
  return new Map([...sizes, ...counted.map((size) => [size.table, size] as const)]);
}

type Seen = Omit<SourceView, 'extent' | 'schema' | 'facts' | 'unclaimed'>;

/** The session in the source's snapshot, and what opens others. */
interface Looking {
  readonly client: Client;
  readonly connections: Connections;
  readonly databaseRef: DatabaseRef;
  /** How many sessions may read the rows side by side. */
  readonly sessions: number;
}

async function look(
  looking: Looking,
  project: ResolvedProject,
  { extent, targetKeys }: Required<Pick<SourceRequest, 'extent' | 'targetKeys'>>,
): Promise<Seen> {
  const { client } = looking;
  const { scopes, tenancy, projectRef } = project;
  const identity = await readIdentity(client, project.source);
  const tables = await readTables(client, extent);
  const classification = classify(tables, scopes);
  const isExcluded = (table: string): boolean =>
    classification.rules.get(table)?.kind === 'excluded';
  const excluded = tables.map(({ table }) => table).filter(isExcluded);
  const rights = await checkSourceRole(client, extent, excluded);
  // PostgreSQL looks at the expressions of indexes in whatever it plans over a table.
  const lost = (await checkComputed(client, extent)).problems;
  const refused =
    lost.length + rights.problems.length > 0
      ? []
      : (await checkConfiguredStatements(client, tenancy, projectRef)).problems;
  const problems: Problem[] = [
    ...rights.problems,
    ...lost,
    ...refused,
    ...scopeFaults(classification),
    ...partitionProblems(await readPartitions(client, extent), scopes),
    ...ambiguousPaths(scopes, classification, await readUniqueKeys(client, extent)),
    ...incompleteness(tables),
  ];
  const mayAskRows = problems.length === 0;
  problems.push(
    ...(await unclassifiedTables(client, project, { extent, tables, classification, mayAskRows })),
  );
  const sizes = await knownSizes(client, extent, rights.problems.length + lost.length === 0);
  const releases = await readReleases(client);
  const seen = {
    identity,
    tables: tables.map((facts) => planned(facts, classification, sizes.get(facts.table))),
    releases,
    warnings: [
      ...rights.warnings,
      ...releaseWarnings(releases),
      ...(await readOutside(client, extent)),
    ],
  };
  if (problems.length > 0) return { ...seen, users: 0, buckets: 0, problems };
  const found = { tables, planned: seen.tables, extent, targetKeys };
  const counted = await count(looking, project, found);
  return { ...seen, ...counted, warnings: [...counted.warnings, ...seen.warnings] };
}

interface Countable extends Required<Pick<SourceRequest, 'extent' | 'targetKeys'>> {
  readonly tables: readonly TableFacts[];
  readonly planned: readonly PlannedTable[];
}

async function count(
  { client, connections, databaseRef, sessions: most }: Looking,
  project: ResolvedProject,
  { tables, planned: seen, extent, targetKeys }: Countable,
): Promise<Pick<Seen, 'tables' | 'users' | 'buckets' | 'problems' | 'warnings'>> {
  // All are counted anyway.
  const scope = await readProjectScope(client, tables, project, () => true);
  const { keys } = scope;
  const users = keys.users.count;
  const buckets = keys.buckets.count + keys.analyticsBuckets.count + keys.vectorBuckets.count;
  const checks = { extent, targetKeys, normalizeNullTokens: project.scopes.normalizeNullTokens };
  const place = { databaseRef, owner: client, count: sessionsFor(users, most) };
  const rows = await withJoinedSessions(connections, place, (sessions) =>
    checkRows(sessions, scope, checks),
  );
  const volumes = new Map(rows.volumes.map((volume) => [volume.table, volume]));
  const unknown = project.configuredRefs === undefined && users === 0 && buckets === 0;
  const deleted = await countDeletedUsers(client, keys.deleted, project.projectRef);
  return {
    tables: seen.map((table) => ({ ...table, ...volumes.get(table.table) })),
    users,
    buckets,
    problems: [
      ...rows.crossings.map(crossingProblem),
      ...(unknown ? [noSuchProject(project.projectRef)] : []),
      ...rows.problems,
    ],
    warnings: [...rows.warnings, ...deletedUserWarnings(deleted, project.tenancy)],
  };
}

/** A table as the plan shows it before its rows are counted. */
function planned(
  facts: TableFacts,
  { rules }: Classification,
  size: TableSize | undefined,
): PlannedTable {
  const rule = rules.get(facts.table);
  return {
    table: facts.table,
    scope: rule?.kind ?? 'excluded',
    rule: rule?.rule ?? 'no rule',
    estimatedRows: size === undefined ? 0 : (size.estimatedRows ?? undefined),
    estimatedBytes: size?.bytes ?? 0,
  };
}
