import type { Client } from 'pg';
import { z } from 'zod';
import { qualified } from '../identifiers';

/**
 * Tells which of the tables may hold rows. A heap whose file is empty holds none in any snapshot, since
 * nothing shortens it that somebody can still see; all other relations are taken to hold some.
 */
export async function tablesWithRows(
  client: Client,
  tables: readonly string[],
): Promise<ReadonlySet<string>> {
  if (tables.length === 0) return new Set();
  const result = await client.query(
    `SELECT n.name FROM unnest($1::text[], $2::text[]) AS n (name, quoted)
       LEFT JOIN pg_class AS c ON c.oid = to_regclass(n.quoted)
       LEFT JOIN pg_am AS a ON a.oid = c.relam
      WHERE c.relkind IS DISTINCT FROM 'r' OR a.amname <> 'heap' OR c.relhassubclass
         OR pg_relation_size(c.oid) > 0`,
    [tables, tables.map(qualified)],
  );
  const rows = z.array(z.object({ name: z.string() })).parse(result.rows);
  return new Set(rows.map(({ name }) => name));
}
