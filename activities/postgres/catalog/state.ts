import type { Client } from 'pg';
import { z } from 'zod';
import type { CatalogState } from '../../../workflows/domain/plan';
import { ident } from '../identifiers';

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
