import type { Client } from 'pg';
import { z } from 'zod';
import type { ColumnProjection, Content } from '../../workflows/domain/manifest';
import { ident, qualified } from './identifiers';

const row = z.object({ value: z.string().nullable(), rows: z.coerce.number() });

/** Which values stand in the column that a projection reads as nil, and in how many rows. */
export async function readReplaced(
  client: Client,
  from: {
    readonly table: string;
    readonly columns: readonly ColumnProjection[];
    readonly where: string;
  },
): Promise<NonNullable<Content['replaced']>> {
  const column = from.columns.find((candidate) => candidate.read === 'nil');
  if (column === undefined) return [];
  const name = `t.${ident(column.name)}`;
  const result = await client.query(
    `SELECT ${name}::text AS value, count(*)::text AS rows
       FROM ${qualified(from.table)} AS t WHERE ${from.where} GROUP BY 1 ORDER BY 1`,
  );
  return z.array(row).parse(result.rows);
}
