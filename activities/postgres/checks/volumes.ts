import type { Client } from 'pg';
import { z } from 'zod';
import { tableNameSql } from '../identifiers';
import type { ProjectScope, ScopedTable } from '../scope/project-scope';
import type { Inquiry } from './survey';

/** The project's share of one table. */
export interface Volume {
  readonly table: string;
  /** Exact in the session's snapshot. */
  readonly rows: number;
  /** What these rows take, without indexes: rows times the average width. An estimate. */
  readonly bytes: number;
}

const widthRow = z.object({ table: z.string(), width: z.coerce.number().nullable() });

/**
 * Counts the project's rows of every table, and estimates their bytes: by the statistics if the table was analyzed,
 * by measuring the rows if it was not.
 */
export async function volumesInquiry(
  client: Client,
  { tables }: Pick<ProjectScope, 'tables'>,
): Promise<Inquiry<readonly Volume[]>> {
  const widths = await readWidths(client, tables);
  const asked = tables.map(({ facts: { table } }) => ({
    table,
    width: widths.get(table),
    rows: { table, of: 'true', by: 'count' } as const,
    bytes: { table, of: 'pg_column_size(t.*)', by: 'sum' } as const,
  }));
  return {
    questions: asked.flatMap(({ rows, bytes, width }) =>
      width === undefined ? [rows, bytes] : [rows],
    ),
    conclude: (answers) =>
      asked.map(({ table, rows, bytes, width }) => {
        const count = answers(rows) ?? 0;
        const measured = width === undefined ? answers(bytes) : Math.round(count * width);
        return { table, rows: count, bytes: measured ?? 0 };
      }),
  };
}

/** Average bytes of a row: header and values in the page, and its share of what was moved out of it (TOAST). */
async function readWidths(
  client: Client,
  tables: readonly ScopedTable[],
): Promise<ReadonlyMap<string, number>> {
  const result = await client.query(
    `SELECT ${tableNameSql('n', 'c')} AS "table",
            (SELECT ${ROW_HEADER} + sum(s.avg_width * (1 - s.null_frac)) FROM pg_stats s
              WHERE s.schemaname = n.nspname AND s.tablename = c.relname)
            + CASE WHEN c.reltoastrelid = 0 THEN 0
                   ELSE pg_relation_size(c.reltoastrelid) / c.reltuples END AS "width"
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${tableNameSql('n', 'c')} = ANY ($1) AND c.relkind = 'r' AND c.reltuples > 0`,
    [tables.map(({ facts }) => facts.table)],
  );
  const found = z.array(widthRow).parse(result.rows);
  return new Map(
    found.flatMap(({ table, width }) => (width === null ? [] : [[table, width] as const])),
  );
}

/** A row's header and its line pointer (PostgreSQL, "Database Page Layout"). */
const ROW_HEADER = '28';
