import { warning, type Findings } from '../../../workflows/domain/findings';
import type { Client } from 'pg';
import { z } from 'zod';
import { NOTHING } from '../catalog/populated';
import type { ColumnFacts, TableFacts } from '../catalog/tables';
import { ident, qualified } from '../identifiers';
import { survey, type Inquiry } from './survey';

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

/** The tables with a row that is too wide for JSON, and the bytes of the widest as text. */
type WideTables = ReadonlyMap<string, number>;

/** Names tables that a backup in format json holds as COPY bytes (`wide-rows`). */
export async function wideRowsInquiry(
  client: Client,
  requested: readonly WidthRequest[],
): Promise<Inquiry<Findings>> {
  const { questions, conclude } = await wideTablesInquiry(client, requested);
  return {
    questions,
    conclude: (answers, session) => inWords(conclude(answers, session)),
  };
}

function inWords(wide: WideTables): Findings {
  return warning(
    'wide-rows',
    [...wide].map(
      ([table, bytes]) =>
        `${table} goes into the backup as COPY bytes, also in format json: its widest row takes ${String(Math.round(bytes / MEBIBYTE))} MiB as text`,
    ),
  );
}

/** The same for who asks nothing else: of each table that could hold such a row one scan. */
export async function readWideTables(
  client: Client,
  requested: readonly WidthRequest[],
): Promise<WideTables> {
  const { questions, conclude } = await wideTablesInquiry(client, requested);
  return conclude(await survey([client], requested, questions), client);
}

/**
 * Asks for the widest row of each table whose TOAST file could hold one that is too wide, and of it for the sizes of
 * values, not the values.
 */
async function wideTablesInquiry(
  client: Client,
  requested: readonly WidthRequest[],
): Promise<Inquiry<WideTables>> {
  const holding = requested.filter(({ where }) => where !== NOTHING);
  const possible = await mayHoldWideRows(
    client,
    holding.map(({ facts }) => facts.table),
  );
  const questions = holding
    .filter(({ facts }) => possible.has(facts.table))
    .map(({ facts }) => ({ table: facts.table, of: widthOf(facts), by: 'largest' }) as const);
  return {
    questions,
    conclude: (answers) => {
      const widths = questions.map((one) => [one.table, answers(one) ?? 0] as const);
      return new Map(widths.filter(([, bytes]) => bytes > LONGEST_JSON_ROW));
    },
  };
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

function widthOf({ columns }: TableFacts): string {
  const sizes = columns.filter(({ generated }) => !generated).map(sizeOf);
  return ['0::int8', ...sizes].join(' + ');
}

/** What values of these types take, each the same. */
const FIXED: Readonly<Record<string, string>> = {
  ...{ boolean: '1', smallint: '2', integer: '4', bigint: '8', uuid: '16' },
  ...{ 'timestamp with time zone': '8', 'timestamp without time zone': '8', date: '4' },
};

/** What a value takes as text; of text and bytes PostgreSQL knows it without reading them. */
function sizeOf({ name, type }: ColumnFacts): string {
  const fixed = FIXED[type];
  if (fixed !== undefined) return fixed;
  const value = `t.${ident(name)}`;
  if (type === 'bytea') return `coalesce(2 * octet_length(${value})::int8, 0)`;
  if (type === 'text' || type.startsWith('character varying'))
    return `coalesce(octet_length(${value}), 0)`;
  return `coalesce(CASE WHEN pg_column_size(${value}) > ${MOST_COMPRESSED}
    THEN octet_length(${value}::text) ELSE pg_column_size(${value}) END, 0)`;
}
