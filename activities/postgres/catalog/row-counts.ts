import type { Client } from 'pg';
import { z } from 'zod';
import { qualified } from '../identifiers';

/** Counts the rows of each table, in the order given. */
export async function countRows(
  client: Client,
  tables: readonly string[],
): Promise<readonly number[]> {
  if (tables.length === 0) return [];
  const selects = tables.map(
    (table, i) => `SELECT ${String(i)} AS n, count(*)::text AS rows FROM ${qualified(table)}`,
  );
  const result = await client.query(`${selects.join(' UNION ALL ')} ORDER BY n`);
  return z
    .array(z.object({ rows: z.coerce.number() }))
    .parse(result.rows)
    .map((row) => row.rows);
}
