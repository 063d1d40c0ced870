import type { Client } from 'pg';
import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import { ident, tableNameSql } from '../identifiers';

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
