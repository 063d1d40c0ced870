import type { StableId } from '@supabase/pg-delta';
import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import { ident } from '../identifiers';
import { inExtentLiteral } from './supplements/supplement';
import type { Ask, Supplement } from './supplements/supplement';
import { isSettable } from './own-options';

/**
 * Options that the schema engine does not read: of the TOAST tables, of the indexes of constraints, and the
 * settings of columns of indexes and of materialized views.
 */
export async function readRelationOptions(
  ask: Ask,
  extent: Extent,
): Promise<readonly Supplement[]> {
  return [
    ...TOAST.array()
      .parse(await ask(toastOptions(extent)))
      .flatMap(toastSupplements),
    ...CONSTRAINT.array()
      .parse(await ask(constraintOptions(extent)))
      .flatMap(constraintSupplements),
    ...COLUMN.array()
      .parse(await ask(columnSettings(extent)))
      .flatMap(columnSupplements),
  ];
}

const OPTIONS = z.array(z.string());
const TOAST = z.object({
  kind: z.enum(['table', 'materializedView']),
  schema: z.string(),
  name: z.string(),
  options: OPTIONS,
});
const CONSTRAINT = z.object({
  schema: z.string(),
  table: z.string(),
  name: z.string(),
  index: z.string(),
  options: OPTIONS,
});
const COLUMN = z.object({
  kind: z.enum(['index', 'materializedView']),
  schema: z.string(),
  relation: z.string(),
  position: z.number(),
  column: z.string(),
  statistics: z.number().nullable(),
  storage: z.string().nullable(),
  compression: z.string().nullable(),
  options: OPTIONS.nullable(),
});

function toastOptions(extent: Extent): string {
  return `
SELECT CASE c.relkind WHEN 'm' THEN 'materializedView' ELSE 'table' END AS kind,
       n.nspname AS schema, c.relname AS name, x.reloptions AS options
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class x ON x.oid = c.reltoastrelid
 WHERE c.relkind IN ('r', 'm') AND x.reloptions IS NOT NULL AND ${inExtentLiteral(extent)}
 ORDER BY 2, 3`;
}

function constraintOptions(extent: Extent): string {
  return `
SELECT n.nspname AS schema, c.relname AS table, k.conname AS name, x.relname AS index, x.reloptions AS options
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class x ON x.oid = k.conindid
 WHERE k.contype IN ('p', 'u', 'x') AND x.reloptions IS NOT NULL AND ${inExtentLiteral(extent)}
 ORDER BY 1, 2, 3`;
}

/** The storage of a materialized view's columns comes from its query, unless it was changed. */
function columnSettings(extent: Extent): string {
  return `
SELECT CASE x.relkind WHEN 'm' THEN 'materializedView' ELSE 'index' END AS kind,
       n.nspname AS schema, x.relname AS relation, a.attnum::int AS position, a.attname AS column,
       NULLIF(a.attstattarget, -1)::int AS statistics,
       CASE WHEN x.relkind = 'm' AND a.attstorage <> t.typstorage THEN
         CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END
       END AS storage,
       CASE WHEN x.relkind = 'm' THEN
         CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END
       END AS compression,
       CASE WHEN x.relkind = 'm' THEN a.attoptions END AS options
  FROM pg_attribute a
  JOIN pg_class x ON x.oid = a.attrelid
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_index i ON i.indexrelid = x.oid
  JOIN pg_class c ON c.oid = COALESCE(i.indrelid, x.oid)
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE x.relkind IN ('i', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND ${inExtentLiteral(extent)}
   AND (a.attstattarget >= 0
        OR x.relkind = 'm' AND (a.attstorage <> t.typstorage OR a.attcompression <> '' OR a.attoptions IS NOT NULL))
 ORDER BY 2, 3, 4`;
}

function toastSupplements({ kind, schema, name, options }: z.infer<typeof TOAST>): Supplement[] {
  const kept = options.filter((option) => isSettable('table', option));
  if (kept.length === 0) return [];
  const what = kind === 'table' ? 'TABLE' : 'MATERIALIZED VIEW';
  const set = kept.map((option) => `toast.${option}`).join(', ');
  return [
    {
      id: { kind, schema, name },
      attribute: 'toastOptions',
      value: kept.sort().join(', '),
      part: kind === 'table' ? 'before' : 'after',
      statements: [`ALTER ${what} ${ident(schema)}.${ident(name)} SET (${set})`],
      roles: [],
    },
  ];
}

function constraintSupplements(row: z.infer<typeof CONSTRAINT>): Supplement[] {
  const kept = row.options.filter((option) => isSettable('index', option));
  if (kept.length === 0) return [];
  const options = kept.sort().join(', ');
  return [
    {
      id: { kind: 'constraint', schema: row.schema, table: row.table, name: row.name },
      attribute: 'indexOptions',
      value: options,
      part: 'after',
      statements: [`ALTER INDEX ${ident(row.schema)}.${ident(row.index)} SET (${options})`],
      roles: [],
    },
  ];
}

function columnSupplements(row: z.infer<typeof COLUMN>): Supplement[] {
  const { kind, schema, relation, position, column } = row;
  const id: StableId = { kind, schema, name: relation };
  const place = kind === 'index' ? String(position) : ident(column);
  const what = kind === 'index' ? 'INDEX' : 'MATERIALIZED VIEW';
  const alter = `ALTER ${what} ${ident(schema)}.${ident(relation)} ALTER COLUMN ${place} SET`;
  const options = row.options?.filter((option) => isSettable('column', option)).join(', ') ?? '';
  const one = (attribute: string, value: string | null, clause: string): Supplement[] =>
    value === null || value === ''
      ? []
      : [
          {
            id,
            attribute: `${attribute} of column ${kind === 'index' ? String(position) : column}`,
            value,
            part: 'after',
            statements: [`${alter} ${clause}`],
            roles: [],
          },
        ];
  const statistics = row.statistics?.toString() ?? null;
  return [
    ...one('statistics', statistics, `STATISTICS ${statistics ?? ''}`),
    ...one('storage', row.storage, `STORAGE ${row.storage ?? ''}`),
    ...one('compression', row.compression, `COMPRESSION ${row.compression ?? ''}`),
    ...one('options', options, `(${options})`),
  ];
}
