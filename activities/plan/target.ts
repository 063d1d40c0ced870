import type { Client } from '../postgres/session/database-client';
import type { Extent } from '../../workflows/domain/extent';
import { RESERVED_DATABASES } from '../../workflows/domain/names';
import type { DatabaseIdentity, Plan, Problem, TargetState } from '../../workflows/domain/plan';
import { findDatabase, type DatabaseEntry, readIdentity } from '../postgres/catalog/databases';
import { readBlindSpots } from '../postgres/catalog/privileges';
import { readReleases, type Release } from '../postgres/catalog/releases';
import { presentSchemas, readNames } from '../postgres/catalog/schemas';
import { readTables } from '../postgres/catalog/tables';
import { countRows } from '../postgres/catalog/populated';
import { checkClients } from '../postgres/checks/clients';
import { checkConnectRight } from '../postgres/checks/connect-right';
import {
  readDefaultPrivileges,
  type DefaultPrivilege,
} from '../postgres/checks/default-privileges';
import { checkCommits, checkReadOnly } from '../postgres/checks/read-only';
import { checkTargetTriggers } from '../postgres/checks/triggers';
import { readUniqueKeys, type UniqueKey } from '../postgres/catalog/unique-keys';
import type { Connections } from '../postgres/session/connections';
import type { DatabaseRef } from '../postgres/session/database-ref';
import { readConnectRights, spelled } from '../postgres/connect-rights';
import { ident } from '../postgres/identifiers';
import { findForeignMarker, mayReadMarker, readMarker, type Marker } from '../postgres/lease';
import { serverRef } from '../postgres/database';
import {
  catalogDigest,
  readDatabaseFacts,
  readSchema,
  type SchemaScript,
} from '../postgres/schema';
import { dependentsOf, notKept } from './dependents';

/** What the plan sees of the target before anything happens to it. */
export interface TargetView {
  readonly identity: DatabaseIdentity;
  readonly before: TargetState;
  readonly marker: Marker | undefined;
  readonly schema: SchemaScript | undefined;
  /** How far the services have migrated the schemas there. */
  readonly releases: readonly Release[];
  /** Its unique indexes, if it has the schemas. */
  readonly keys: readonly UniqueKey[];
  readonly warnings: readonly Problem[];
  /** Objects of other schemas that would go with the project's schemas. */
  readonly dependents: readonly string[];
  readonly problems: readonly Problem[];
  /** By which the privileges of what is created there differ from PostgreSQL's own; of a target that is there. */
  readonly defaultPrivileges?: readonly DefaultPrivilege[] | undefined;
  /** Whether event triggers fire there. */
  readonly hasEventTriggers?: boolean | undefined;
  /** As PostgreSQL calls it; of a target that is there. */
  readonly encoding?: string | undefined;
  /** Whether it is the maintenance database of its server. */
  readonly isForMaintenance?: boolean | undefined;
  /** Whether the database is there and cannot be looked into; a problem says why. */
  readonly isClosed: boolean;
}

/** Where a target is, or will be. */
export interface TargetPlace {
  readonly target: string;
  readonly databaseName: string;
}

/** Tables whose rows say how the schema came to be, not what a project holds. */
const BOOKKEEPING: ReadonlySet<string> = new Set(['auth.schema_migrations', 'storage.migrations']);

/** Reads the target's server and, where it exists, the target itself. Writes nothing, locks nothing. */
export async function viewTarget(
  connections: Connections,
  { target: connection, databaseName: database }: TargetPlace,
  extent: Extent,
): Promise<TargetView> {
  const server = await connections.with(serverRef(connection), async (client) => ({
    identity: await readIdentity(client, connection),
    entry: await findDatabase(client, database),
    readOnly: [...(await checkReadOnly(client)).problems, ...(await checkCommits(client)).problems],
    closed: (await checkConnectRight(client, database)).problems,
  }));
  const identity = { ...server.identity, database, oid: server.entry?.oid ?? 0 };
  const closed = (problems: readonly Problem[]): TargetView => ({
    ...{ identity, before: { kind: 'absent' }, marker: undefined, schema: undefined },
    ...{ dependents: [], releases: [], keys: [], warnings: [], problems },
    isClosed: server.entry !== undefined,
  });
  if (server.entry === undefined) return closed(server.readOnly);
  const shut = shutProblem(server.entry, database);
  if (shut !== undefined) return closed([shut]);
  if (server.closed.length > 0) return closed([...server.readOnly, ...server.closed]);
  const databaseRef = { connection, database, access: 'read' } as const;
  // A marker that the role may not read is a right that it lacks.
  const foreign = await connections.with(databaseRef, async (client) =>
    (await mayReadMarker(client)) ? findForeignMarker(client) : undefined,
  );
  if (foreign !== undefined) {
    const message = `in the target "${database}", ${foreign.words}`;
    return closed([{ code: 'foreign-marker', message }]);
  }
  const isForMaintenance = connections.isForMaintenance(connection, database);
  const seen = await viewExisting(connections, databaseRef, { extent, oid: server.entry.oid });
  const unreadable = (seen.schema?.problems ?? []).map((message) => ({
    code: 'schema',
    message: `in the target "${database}": ${message}`,
  }));
  const problems = [...server.readOnly, ...unreadable];
  return { identity, ...seen, isForMaintenance, problems, isClosed: false };
}

/** A database that cannot be looked into. */
function shutProblem(
  { template, accepts, isInvalid }: DatabaseEntry,
  database: string,
): Problem | undefined {
  if (template || RESERVED_DATABASES.includes(database))
    return {
      code: 'target-is-reserved',
      message: `"${database}" is a template database; name another`,
    };
  if (isInvalid)
    return {
      code: 'target-closed',
      message: `a DROP of database "${database}" was interrupted, so that nobody can use it any more; finish it: DROP DATABASE ${ident(database)};`,
    };
  if (accepts) return undefined;
  return {
    code: 'target-closed',
    message: `database "${database}" accepts no connections: ALTER DATABASE ${ident(database)} ALLOW_CONNECTIONS true;`,
  };
}

async function viewExisting(
  connections: Connections,
  databaseRef: DatabaseRef,
  { extent, oid }: { readonly extent: Extent; readonly oid: number },
): Promise<Omit<TargetView, 'identity' | 'problems' | 'isForMaintenance' | 'isClosed'>> {
  const { database = '' } = databaseRef;
  const seen = await connections.with(databaseRef, async (client) => ({
    marker: (await mayReadMarker(client)) ? await readMarker(client) : undefined,
    parts: await presentSchemas(client, extent),
    rows: await projectRows(client, extent),
    dependents: await dependentsOf(client, extent),
    names: await readNames(client),
    releases: await readReleases(client),
    keys: await readUniqueKeys(client, extent),
    triggers: await checkTargetTriggers(client, database, extent),
    defaultPrivileges: await readDefaultPrivileges(client, extent.schemas),
    clients: await checkClients(client, database),
    encoding: (await readDatabaseFacts(client)).encoding,
    connect: (await readConnectRights(client)).map(spelled),
  }));
  const { keys, clients, triggers, connect } = seen;
  const warnings = [...clients.warnings, ...triggers.warnings];
  const { marker, encoding, dependents, releases, defaultPrivileges } = seen;
  const { hasEventTriggers } = triggers;
  const shared = { keys, warnings, defaultPrivileges, hasEventTriggers };
  const found = { marker, encoding, dependents, releases, ...shared };
  const names = { ...seen.names, connect };
  const catalog = await connections.withPool(databaseRef, catalogDigest);
  if (seen.parts.length === 0) {
    return { ...found, schema: undefined, before: { kind: 'empty', oid, catalog, ...names } };
  }
  const schema = await connections.withPool(databaseRef, (pool) => readSchema(pool, extent));
  const before = { kind: 'filled', oid, catalog, ...names, rows: seen.rows } as const;
  const lost = notKept(database, schema);
  return { ...found, schema, before, warnings: [...warnings, ...lost] };
}

/** Counts no rows if the role cannot see all of them: the right that it lacks is a problem of its own. */
async function projectRows(client: Client, extent: Extent): Promise<number> {
  if ((await readBlindSpots(client, extent)).length > 0) return 0;
  const tables = await readTables(client, extent);
  const holding = tables.map((facts) => facts.table).filter((table) => !BOOKKEEPING.has(table));
  const counts = await countRows(client, holding);
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What a claim has to find in the target again, and the unfinished run that it replaces. */
export function markersBefore({
  marker,
}: TargetView): Pick<Plan, 'markerBefore' | 'unfinishedRun'> {
  if (marker === undefined) return { markerBefore: undefined, unfinishedRun: undefined };
  const { runId, fencingToken, state } = marker;
  return {
    markerBefore: { runId, fencingToken },
    unfinishedRun: state === 'completed' ? undefined : runId,
  };
}
