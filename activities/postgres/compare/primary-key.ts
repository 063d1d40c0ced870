import type { Client } from 'pg';
import { z } from 'zod';
import type { ColumnProjection } from '../../../workflows/domain/manifest';
import { qualified } from '../identifiers';
import { CatalogCache } from '../catalog/recollection';

const primaryKeys = new CatalogCache<readonly string[]>();

const keyRow = z.object({ columns: z.array(z.string()) });

/**
 * The columns of a table's primary key, in the key's order; none where the table has no primary key,
 * or one with a column that the projection does not have.
 */
export async function readPrimaryKey(
  client: Client,
  table: string,
  projection: readonly ColumnProjection[],
): Promise<readonly string[]> {
  return primaryKeys.getOrLoad(client, [table, projection.map(({ name }) => name)], () =>
    listPrimaryKey(client, table, projection),
  );
}

async function listPrimaryKey(
  client: Client,
  table: string,
  projection: readonly ColumnProjection[],
): Promise<readonly string[]> {
  const result = await client.query(
    `SELECT coalesce(json_agg(a.attname ORDER BY k.n), '[]') AS columns
       FROM pg_constraint AS c, unnest(c.conkey) WITH ORDINALITY AS k (num, n), pg_attribute AS a
      WHERE c.conrelid = $1::regclass AND c.contype = 'p'
        AND a.attrelid = c.conrelid AND a.attnum = k.num`,
    [qualified(table)],
  );
  const { columns } = keyRow.parse(result.rows[0]);
  const known = new Set(projection.map(({ name }) => name));
  return columns.every((column) => known.has(column)) ? columns : [];
}
