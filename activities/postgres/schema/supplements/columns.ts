import { type DependencyEdge, type StableId, encodeId, type Fact } from '@supabase/pg-delta';
import { z } from 'zod';
import type { Extent } from '../../../../workflows/domain/extent';
import { ident } from '../../identifiers';
import { inExtentLiteral, type Ask, type Supplement } from './supplement';
import { isSettable } from '../own-options';

/** Storage, compression, statistics and options of columns, if they differ from what CREATE gives. */
export async function readColumnSettings(ask: Ask, extent: Extent): Promise<readonly Supplement[]> {
  return COLUMN.array()
    .parse(await ask(columnSettings(extent)))
    .flatMap(columnSupplements);
}

const COLUMN = z.object({
  schema: z.string(),
  table: z.string(),
  name: z.string(),
  storage: z.string().nullable(),
  compression: z.string().nullable(),
  statistics: z.number().nullable(),
  options: z.array(z.string()).nullable(),
});

function columnSettings(extent: Extent): string {
  return `
SELECT n.nspname AS schema, c.relname AS table, a.attname AS name,
       CASE WHEN a.attstorage <> t.typstorage THEN
         CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END
       END AS storage,
       CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression,
       NULLIF(a.attstattarget, -1)::int AS statistics,
       a.attoptions AS options
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_type t ON t.oid = a.atttypid
 WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND ${inExtentLiteral(extent)}
   AND (a.attstorage <> t.typstorage OR a.attcompression <> '' OR a.attstattarget >= 0 OR a.attoptions IS NOT NULL)
 ORDER BY 1, 2, 3`;
}

function columnSupplements(row: z.infer<typeof COLUMN>): Supplement[] {
  const id: StableId = { kind: 'column', schema: row.schema, table: row.table, name: row.name };
  const alter = `ALTER TABLE ${ident(row.schema)}.${ident(row.table)} ALTER COLUMN ${ident(row.name)} SET`;
  const options = row.options?.filter((option) => isSettable('column', option)).join(', ') ?? '';
  const one = (attribute: string, value: string | null, clause: string): Supplement[] =>
    value === null
      ? []
      : [{ id, attribute, value, part: 'before', statements: [`${alter} ${clause}`], roles: [] }];
  return [
    ...one('storage', row.storage, `STORAGE ${row.storage ?? ''}`),
    ...one('compression', row.compression, `COMPRESSION ${row.compression ?? ''}`),
    ...one(
      'statistics',
      row.statistics?.toString() ?? null,
      `STATISTICS ${String(row.statistics)}`,
    ),
    ...one('options', options === '' ? null : options, `(${options})`),
  ];
}

const ROW = z.object({
  schema: z.string(),
  table: z.string(),
  column: z.string(),
  name: z.string(),
});

/**
 * NOT NULL constraints that are NOT VALID, which PostgreSQL has since 18: the column reads as NOT NULL, but
 * rows from before may hold NULL. They are set after the rows.
 */
export async function readInvalidNotNulls(
  ask: Ask,
  extent: Extent,
): Promise<readonly Supplement[]> {
  const rows = ROW.array().parse(
    await ask(`
SELECT n.nspname AS schema, c.relname AS table, a.attname AS column, k.conname AS name
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
 WHERE k.contype = 'n' AND NOT k.convalidated AND ${inExtentLiteral(extent)}
 ORDER BY 1, 2, 3`),
  );
  return rows.flatMap(notNullSupplement);
}

function notNullSupplement({ schema, table, column, name }: z.infer<typeof ROW>): Supplement[] {
  const alter = `ALTER TABLE ${ident(schema)}.${ident(table)}`;
  const common = {
    id: { kind: 'column', schema, table, name: column },
    attribute: 'notNullValidated',
    value: 'false',
    roles: [],
  } as const;
  return [
    {
      ...common,
      part: 'before',
      statements: [`${alter} ALTER COLUMN ${ident(column)} DROP NOT NULL`],
    },
    {
      ...common,
      part: 'after',
      statements: [`${alter} ADD CONSTRAINT ${ident(name)} NOT NULL ${ident(column)} NOT VALID`],
    },
  ];
}

const MULTIRANGE = z.object({
  schema: z.string(),
  table: z.string(),
  name: z.string(),
  typeSchema: z.string(),
  type: z.string(),
});

/** What columns of multiranges need: their ranges, which the schema engine does not know to make them. */
export async function readMultirangeEdges(ask: Ask): Promise<readonly DependencyEdge[]> {
  const rows = MULTIRANGE.array().parse(
    await ask(`
SELECT n.nspname AS schema, c.relname AS table, a.attname AS name, m.nspname AS "typeSchema", t.typname AS type
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_type own ON own.oid = a.atttypid
  JOIN pg_range r ON r.rngmultitypid IN (own.oid, own.typelem)
  JOIN pg_type t ON t.oid = r.rngtypid AND t.oid >= 16384
  JOIN pg_namespace m ON m.oid = t.typnamespace
 WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped`),
  );
  return rows.map(({ schema, table, name, typeSchema, type }) => ({
    from: { kind: 'column', schema, table, name },
    to: { kind: 'type', schema: typeSchema, name: type },
    kind: 'depends',
  }));
}

/** Begins the expression of a virtual column, in facts and in snapshots. */
const MARKER = '/* virtual */ ';

/** Generated columns that are not stored, which PostgreSQL has since 18; the schema engine takes them for stored. */
export async function readVirtualColumns(ask: Ask): Promise<ReadonlySet<string>> {
  const rows = z.array(z.object({ schema: z.string(), table: z.string(), name: z.string() })).parse(
    await ask(`
SELECT n.nspname AS schema, c.relname AS table, a.attname AS name
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE a.attgenerated = 'v' AND NOT a.attisdropped`),
  );
  return new Set(rows.map((row) => encodeId({ kind: 'column', ...row })));
}

/** The fact with a marker that tells a virtual column from a stored one. */
export function markVirtual(fact: Fact, virtual: ReadonlySet<string>): Fact {
  const { generatedExpr } = fact.payload;
  if (typeof generatedExpr !== 'string' || !virtual.has(encodeId(fact.id))) return fact;
  return { ...fact, payload: { ...fact.payload, generatedExpr: `${MARKER}${generatedExpr}` } };
}

/** The engine's statements with the marked columns made virtual, as they are. */
export function restoreVirtual(
  statements: readonly string[],
  facts: readonly Fact[],
): readonly string[] {
  const marked = facts
    .map(({ payload }) => payload['generatedExpr'])
    .filter((text) => typeof text === 'string')
    .filter((text) => text.startsWith(MARKER));
  return marked.reduce<readonly string[]>(
    (sql, text) =>
      sql.map((statement) =>
        statement.replaceAll(`(${text}) STORED`, () => `(${text.slice(MARKER.length)}) VIRTUAL`),
      ),
    statements,
  );
}
