import type { Client } from '../postgres/database-client';
import { PROJECT_SCHEMAS, RESERVED_DATABASES } from '../../workflows/domain/names';
import type { DatabaseIdentity, Problem, TargetState } from '../../workflows/domain/plan';
import { findDatabase } from '../postgres/catalog/databases';
import { readIdentity } from '../postgres/catalog/identity';
import { readRole } from '../postgres/catalog/privileges';
import { presentSchemas } from '../postgres/catalog/schemas';
import { readTables } from '../postgres/catalog/tables';
import { countRows } from '../postgres/catalog/row-counts';
import type { Connections } from '../postgres/connections';
import { readMark, type Mark } from '../postgres/fence';
import { lockPlace } from '../postgres/maintenance';
import { readSchema, type SchemaScript } from '../postgres/schema';

/** What the plan sees of the target before anything happens to it. */
export interface TargetView {
  readonly identity: DatabaseIdentity;
  readonly before: TargetState;
  readonly mark: Mark | undefined;
  readonly schema: SchemaScript | undefined;
  readonly problems: readonly Problem[];
}

/** Tables whose rows say how the schema came to be, not what a project holds. */
const BOOKKEEPING: ReadonlySet<string> = new Set(['auth.schema_migrations', 'storage.migrations']);

/** Reads the target's server and, where it exists, the target itself. Writes nothing, locks nothing. */
export async function viewTarget(
  connections: Connections,
  connection: string,
  database: string,
): Promise<TargetView> {
  const server = await connections.with(lockPlace(connection), async (client) => ({
    identity: await readIdentity(client, connection),
    entry: await findDatabase(client, database),
    role: await readRole(client),
  }));
  const identity = { ...server.identity, database, oid: server.entry?.oid ?? 0 };
  const absent = {
    identity,
    before: { kind: 'absent' },
    mark: undefined,
    schema: undefined,
  } as const;
  if (server.entry === undefined) {
    const may = server.role.superuser || server.role.createdb;
    return { ...absent, problems: may ? [] : [cannotCreate(server.role.role)] };
  }
  if (server.entry.template || RESERVED_DATABASES.includes(database)) {
    return {
      ...absent,
      problems: [
        {
          code: 'target-is-reserved',
          message: `"${database}" is a template or reserved database; name another`,
        },
      ],
    };
  }
  if (!server.entry.accepts) {
    return {
      ...absent,
      problems: [
        { code: 'target-closed', message: `database "${database}" accepts no connections` },
      ],
    };
  }
  const seen = await viewExisting(connections, { connection, database }, server.entry.oid);
  const unreadable = (seen.schema?.problems ?? []).map((message) => ({
    code: 'schema',
    message: `in the target "${database}": ${message}`,
  }));
  return { identity, ...seen, problems: unreadable };
}

async function viewExisting(
  connections: Connections,
  target: { readonly connection: string; readonly database: string },
  oid: number,
): Promise<Pick<TargetView, 'before' | 'mark' | 'schema'>> {
  const place = { ...target, access: 'read' } as const;
  const seen = await connections.with(place, async (client) => ({
    mark: await readMark(client),
    schemas: await presentSchemas(client, PROJECT_SCHEMAS),
    rows: await projectRows(client),
  }));
  if (seen.schemas.length === 0) {
    return { mark: seen.mark, schema: undefined, before: { kind: 'empty', oid } };
  }
  const schema = await connections.withPool(place, (pool) => readSchema(pool, PROJECT_SCHEMAS));
  return {
    mark: seen.mark,
    schema,
    before: { kind: 'filled', oid, rows: seen.rows },
  };
}

async function projectRows(client: Client): Promise<number> {
  const tables = await readTables(client, PROJECT_SCHEMAS);
  const holding = tables.map((facts) => facts.table).filter((table) => !BOOKKEEPING.has(table));
  const counts = await countRows(client, holding);
  return counts.reduce((sum, count) => sum + count, 0);
}

function cannotCreate(role: string): Problem {
  return {
    code: 'privilege',
    message: `role "${role}" may not create databases on the target's server: ALTER ROLE ${role} CREATEDB`,
  };
}
