import type { Client } from 'pg';
import { z } from 'zod';
import { NOTHING } from '../catalog/populated';
import { qualified, tableNameSql } from '../identifiers';
import { runBatch } from '../session/batch';
import type { ProjectScope, ScopedTable } from '../scope/project-scope';

/** The project's share of one table. */
export interface Volume {
  readonly table: string;
  /** Exact in the session's snapshot. */
  readonly rows: number;
  /** What these rows take, without indexes: rows times the average width. An estimate. */
  readonly bytes: number;
}

const widthRow = z.object({ table: z.string(), width: z.coerce.number().nullable() });
const volumeRow = z.object({ rows: z.coerce.number(), bytes: z.coerce.number().nullable() });

/**
 * Counts the project's rows of every table, by one scan of each, and estimates their bytes: by the
 * statistics if the table was analyzed, by measuring the rows in the same scan if it was not.
 */
export async function readVolumes(
  client: Client,
  { tables }: ProjectScope,
): Promise<readonly Volume[]> {
  const counted = tables.filter(({ kind, where }) => kind !== 'excluded' && where !== NOTHING);
  const widths = await readWidths(client, counted);
  const results = await runBatch(client, countings(counted, widths));
  const volumes = new Map(
    counted.map(({ facts: { table } }, i) => {
      const { rows, bytes } = volumeRow.parse(results[i]?.rows[0]);
      return [table, { table, rows, bytes: bytes ?? Math.round(rows * (widths.get(table) ?? 0)) }];
    }),
  );
  return tables.map(({ facts: { table } }) => volumes.get(table) ?? { table, rows: 0, bytes: 0 });
}

/** Each holds keys of the project: they come into being one by one. */
function* countings(
  tables: readonly ScopedTable[],
  widths: ReadonlyMap<string, number>,
): Generator<string> {
  for (const table of tables) yield counting(table, widths.get(table.facts.table));
}

function counting({ facts: { table }, where }: ScopedTable, width: number | undefined): string {
  const measured = width === undefined ? 'sum(pg_column_size(t.*))::text' : 'NULL';
  return `SELECT count(*)::text AS rows, ${measured} AS bytes FROM ${qualified(table)} AS t WHERE (${where})`;
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
