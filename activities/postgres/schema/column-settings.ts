import type { StableId } from '@supabase/pg-delta';
import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import { ident } from '../identifiers';
import { inExtent } from './beside';
import type { Ask, Supplement } from './beside';
import { isSettable } from './own-options';

/** Storage, compression, statistics and options of columns, where they differ from what CREATE gives. */
export async function readColumnSettings(ask: Ask, extent: Extent): Promise<readonly Supplement[]> {
  return COLUMN.array()
    .parse(await ask(columnSettings(extent)))
    .flatMap(besideColumn);
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
 WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND ${inExtent(extent)}
   AND (a.attstorage <> t.typstorage OR a.attcompression <> '' OR a.attstattarget >= 0 OR a.attoptions IS NOT NULL)
 ORDER BY 1, 2, 3`;
}

function besideColumn(row: z.infer<typeof COLUMN>): Supplement[] {
  const id: StableId = { kind: 'column', schema: row.schema, table: row.table, name: row.name };
  const alter = `ALTER TABLE ${ident(row.schema)}.${ident(row.table)} ALTER COLUMN ${ident(row.name)} SET`;
  const options = row.options?.filter((option) => isSettable('column', option)).join(', ') ?? '';
  const one = (attribute: string, value: string | null, clause: string): Supplement[] =>
    value === null
      ? []
      : [{ id, attribute, value, half: 'before', statements: [`${alter} ${clause}`], roles: [] }];
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
