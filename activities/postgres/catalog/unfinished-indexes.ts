import type { Client } from 'pg';
import { z } from 'zod';
import { ident, qualified } from '../identifiers';
import { runBatch } from '../run-together';
import { IS_UNFINISHED } from '../schema/invalid-indexes';

const row = z.object({ schema: z.string(), name: z.string() });

/**
 * Drops the indexes on the tables that an interrupted CREATE INDEX CONCURRENTLY has left: nobody relies on
 * one, but a unique one refuses rows, and TRUNCATE would make one valid that the backup knows nothing of.
 */
export async function dropUnfinishedIndexes(
  client: Client,
  tables: readonly string[],
): Promise<void> {
  const result = await client.query(
    `SELECT n.nspname AS schema, x.relname AS name
       FROM unnest($1::text[]) AS t (name)
       JOIN pg_index i ON i.indrelid = t.name::regclass
       JOIN pg_class x ON x.oid = i.indexrelid
       JOIN pg_namespace n ON n.oid = x.relnamespace
      WHERE ${IS_UNFINISHED}`,
    [tables.map(qualified)],
  );
  const found = z.array(row).parse(result.rows);
  await runBatch(
    client,
    found.map(({ schema, name }) => `DROP INDEX ${ident(schema)}.${ident(name)}`),
  );
}
