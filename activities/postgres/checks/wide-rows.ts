import { warning, type Findings } from '../../../workflows/domain/findings';
import type { Client } from 'pg';
import { z } from 'zod';
import { NOTHING } from '../catalog/populated';
import type { ColumnFacts, TableFacts } from '../catalog/tables';
import { ident, literal, qualified } from '../identifiers';
import { runBatch } from '../session/batch';

const MEBIBYTE = 1_048_576;

/** Bytes of a row above which its table goes into a backup by COPY: as JSON a row takes several times its size in memory. */
const LONGEST_JSON_ROW = 32 * MEBIBYTE;

/** No compression of PostgreSQL makes a value smaller than its 256th part. */
const MOST_COMPRESSED = LONGEST_JSON_ROW / 256;

/** Rows of one table: its facts and a predicate over the alias `t`. */
export interface WidthRequest {
  readonly facts: TableFacts;
  readonly where: string;
}

const nameRow = z.object({ name: z.string() });
const widthRow = z.object({ table: z.string(), bytes: z.coerce.number() });

/** Names tables that a backup in format json holds as COPY bytes (`wide-rows`). */
export async function checkWideRows(
  client: Client,
  requested: readonly WidthRequest[],
): Promise<Findings> {
  const wide = await readWideTables(client, requested);
  return warning(
    'wide-rows',
    [...wide].map(
      ([table, bytes]) =>
        `${table} goes into the backup as COPY bytes, also in format json: its widest row takes ${String(Math.round(bytes / MEBIBYTE))} MiB as text`,
    ),
  );
}

/**
 * The tables with a row that is too wide for JSON, and the bytes of the widest as text. Only tables whose
 * TOAST file could hold such a row are read, and of them the sizes of values, not the values.
 */
export async function readWideTables(
  client: Client,
  requested: readonly WidthRequest[],
): Promise<ReadonlyMap<string, number>> {
  const possible = await mayHoldWideRows(
    client,
    requested.filter(({ where }) => where !== NOTHING).map(({ facts }) => facts.table),
  );
  const read = requested.filter(
    ({ facts, where }) => where !== NOTHING && possible.has(facts.table),
  );
  const results = await runBatch(client, read.map(widest));
  const widths = results.flatMap(({ rows }) => z.array(widthRow).parse(rows));
  return new Map(widths.map(({ table, bytes }) => [table, bytes]));
}

async function mayHoldWideRows(
  client: Client,
  tables: readonly string[],
): Promise<ReadonlySet<string>> {
  if (tables.length === 0) return new Set();
  const result = await client.query(
    `SELECT n.name FROM unnest($1::text[], $2::text[]) AS n (name, quoted)
       JOIN pg_class AS c ON c.oid = n.quoted::regclass
      WHERE c.relkind = 'p' OR c.relhassubclass
         OR c.reltoastrelid <> 0 AND pg_relation_size(c.reltoastrelid) > ${MOST_COMPRESSED}`,
    [tables, tables.map(qualified)],
  );
  const rows = z.array(nameRow).parse(result.rows);
  return new Set(rows.map(({ name }) => name));
}

function widest({ facts, where }: WidthRequest): string {
  const sizes = facts.columns.filter(({ generated }) => !generated).map(sizeOf);
  return `SELECT ${literal(facts.table)} AS "table", max(s.bytes)::text AS bytes
    FROM (SELECT ${['0::int8', ...sizes].join(' + ')} AS bytes FROM ${qualified(facts.table)} AS t WHERE (${where})) AS s
   HAVING max(s.bytes) > ${LONGEST_JSON_ROW}`;
}

/** What a value takes as text; of text and bytes PostgreSQL knows it without reading them. */
function sizeOf({ name, type }: ColumnFacts): string {
  const value = `t.${ident(name)}`;
  if (type === 'bytea') return `coalesce(2 * octet_length(${value})::int8, 0)`;
  if (type === 'text' || type.startsWith('character varying'))
    return `coalesce(octet_length(${value}), 0)`;
  return `coalesce(CASE WHEN pg_column_size(${value}) > ${MOST_COMPRESSED}
    THEN octet_length(${value}::text) ELSE pg_column_size(${value}) END, 0)`;
}
