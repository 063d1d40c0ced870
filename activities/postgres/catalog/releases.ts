import type { Client } from 'pg';
import { z } from 'zod';
import { ident } from '../identifiers';
import { queryCatalog } from '../session/prepared';

/** Whose schema, and where that service keeps the list of migrations that it has run. */
const SERVICES = [
  { service: 'Auth', schema: 'auth', table: 'schema_migrations', column: 'version' },
  { service: 'Storage', schema: 'storage', table: 'migrations', column: 'id' },
] as const;

/** How far a service has migrated its schema. */
export interface Release {
  readonly service: 'Auth' | 'Storage';
  readonly schema: 'auth' | 'storage';
  /** The list, `schema.table`. */
  readonly list: string;
  /** Whether the schema has the list at all. */
  readonly isListed: boolean;
  /** The newest migration in it. */
  readonly newest: string | undefined;
}

const thereRow = z.object({ there: z.boolean() });
const newestRow = z.object({ newest: z.string().nullable() });

/** Reads the releases of the services whose schemas stand in the session's database, as far as the role may. */
export async function readReleases(client: Client): Promise<readonly Release[]> {
  const releases: Release[] = [];
  for (const { service, schema, table, column } of SERVICES) {
    const list = `${schema}.${table}`;
    const found = await queryCatalog(
      client,
      `SELECT a.attname IS NOT NULL AS there
         FROM pg_namespace n
         LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = $1
         LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = $2 AND NOT a.attisdropped
        WHERE n.nspname = $3 AND has_schema_privilege(n.oid, 'USAGE')
          AND (c.oid IS NULL OR has_table_privilege(c.oid, 'SELECT') AND NOT row_security_active(c.oid))`,
      [table, column, schema],
    );
    const [row] = z.array(thereRow).parse(found.rows);
    if (row === undefined) continue;
    const newest = row.there ? await newestOf(client, { schema, table, column }) : undefined;
    releases.push({ service, schema, list, isListed: row.there, newest });
  }
  return releases;
}

async function newestOf(
  client: Client,
  { schema, table, column }: Pick<(typeof SERVICES)[number], 'schema' | 'table' | 'column'>,
): Promise<string | undefined> {
  // Ids are numbers and versions are times: the longer one is the later one.
  const result = await client.query(
    `SELECT v.newest FROM (SELECT m.${ident(column)}::text AS newest FROM ${ident(schema)}.${ident(table)} AS m) AS v
      ORDER BY length(v.newest) DESC, v.newest DESC LIMIT 1`,
  );
  const [row] = z.array(newestRow).parse(result.rows);
  return row?.newest ?? undefined;
}

/** Compares how far two databases have come with one service; `undefined` if a list tells nothing. */
export function compareReleases(
  target: Release | undefined,
  source: Release | undefined,
): 'older' | 'newer' | 'same' | undefined {
  const [a, b] = [target?.newest, source?.newest];
  if (a === undefined || b === undefined) return undefined;
  if (a === b) return 'same';
  return a.length < b.length || (a.length === b.length && a < b) ? 'older' : 'newer';
}
