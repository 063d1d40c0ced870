import type { Client } from 'pg';
import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import { ident, tableNameSql } from '../identifiers';
import type { CatalogState } from '../../../workflows/domain/plan';

const names = z.array(z.object({ name: z.string() }));

/** Which schemas and single tables of the extent exist in the session's database, schemas first, sorted. */
export async function presentSchemas(client: Client, extent: Extent): Promise<readonly string[]> {
  const result = await client.query(
    `SELECT 1 AS place, nspname AS name FROM pg_namespace WHERE nspname = ANY ($1)
      UNION ALL SELECT 2, ${tableNameSql('n', 'c')}
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND ${tableNameSql('n', 'c')} = ANY ($2)
      ORDER BY 1, 2`,
    [extent.schemas, extent.tables],
  );
  return names.parse(result.rows).map((row) => row.name);
}

/**
 * Drops the extent's schemas with all that is in them; the caller has made sure that nothing outside
 * depends on it. Schemas that do not exist are passed over.
 */
export async function dropSchemas(client: Client, schemas: readonly string[]): Promise<void> {
  for (const schema of schemas)
    await client.query(`DROP SCHEMA IF EXISTS ${ident(schema)} CASCADE`);
}

const row = z.object({ schemas: z.array(z.string()), extensions: z.array(z.string()) });

/** The names of all schemas that people made, and of all extensions, sorted. */
export async function readNames(
  client: Client,
): Promise<Required<Pick<CatalogState, 'schemas' | 'extensions'>>> {
  const result = await client.query(
    `SELECT ARRAY(SELECT nspname::text FROM pg_namespace
                   WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', 'moveout')
                   ORDER BY 1) AS schemas,
            ARRAY(SELECT extname::text FROM pg_extension ORDER BY 1) AS extensions`,
  );
  return row.parse(result.rows[0]);
}

/** Extensions that may have come, and what stood before they did. */
export interface Arrivals {
  readonly extensions: readonly { readonly name: string; readonly schema: string }[];
  readonly before: CatalogState;
}

/**
 * Drops those of the extensions, and of their schemas, that were not there before. Never CASCADE:
 * what has come to need them is named by PostgreSQL's own error.
 */
export async function dropArrivals(
  client: Client,
  { extensions, before }: Arrivals,
): Promise<void> {
  const there = new Set(before.extensions);
  for (const { name } of [...extensions].reverse()) {
    if (!there.has(name)) await client.query(`DROP EXTENSION IF EXISTS ${ident(name)}`);
  }
  const schemas = new Set(extensions.map(({ schema }) => schema));
  for (const schema of before.schemas ?? []) schemas.delete(schema);
  for (const schema of schemas) await client.query(`DROP SCHEMA IF EXISTS ${ident(schema)}`);
}
