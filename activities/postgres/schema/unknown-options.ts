import { encodeId } from '@supabase/pg-delta';
import type { Fact, StableId } from '@supabase/pg-delta';
import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import { inExtentLiteral, texts } from './supplements/supplement';
import type { Ask } from './supplements/supplement';
import { isKnownInternal, isSettable } from './own-options';
import type { LeftOut } from './script';

const ROW = z.object({
  kind: z.enum(['table', 'view', 'index', 'column']),
  method: z.string().nullable(),
  object: z.string(),
  options: z.array(z.string()),
});

/**
 * Options in the extent's catalog that no one can set as far as is known: facts of PostgreSQL's own, or of a
 * release that is newer than this moveout. They are neither carried nor compared; one entry for each name.
 */
export async function readUnknownOptions(ask: Ask, extent: Extent): Promise<readonly LeftOut[]> {
  const objects = new Map<string, string[]>();
  for (const { kind, method, object, options } of ROW.array().parse(
    await ask(catalogOptions(extent)),
  )) {
    for (const option of options) {
      if (isSettable(kind, option, method ?? undefined) || isKnownInternal(option)) continue;
      const name = `option ${option.slice(0, option.indexOf('='))}`;
      objects.set(name, [...(objects.get(name) ?? []), object]);
    }
  }
  return [...objects].map(([name, [first = '', ...more]]) => ({
    object: `${name} of ${first}${more.length > 0 ? ` and ${more.length} more` : ''}`,
    because: 'is none that people can set in PostgreSQL 14 to 18: PostgreSQL keeps it for itself',
  }));
}

function catalogOptions(extent: Extent): string {
  return `
SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' ELSE 'table' END AS kind,
       m.amname AS method, format('%I.%I', n.nspname, c.relname) AS object, c.reloptions AS options
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_am m ON m.oid = c.relam
 WHERE c.relkind IN ('r', 'p', 'm', 'v', 'i', 'I') AND c.reloptions IS NOT NULL AND ${inExtentLiteral(extent)}
UNION ALL
SELECT 'column', NULL, format('%I.%I.%I', n.nspname, c.relname, a.attname), a.attoptions
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'm', 'v') AND a.attnum > 0 AND NOT a.attisdropped
   AND a.attoptions IS NOT NULL AND ${inExtentLiteral(extent)}
 ORDER BY 3, 1`;
}

const ROUTINE = z.object({
  kind: z.enum(['function', 'procedure']),
  schema: z.string(),
  name: z.string(),
  args: z.array(z.string()),
  settings: z.array(z.string()),
});

/** By encoded id of a routine, the names, quoted if they must be, in its SET clauses that are no setting of the server. */
export type UnknownSettings = ReadonlyMap<string, readonly string[]>;

/** Reads what stands among the settings of routines and is none that the server knows: PostgreSQL keeps it for itself. */
export async function readUnknownSettings(ask: Ask): Promise<UnknownSettings> {
  const rows = ROUTINE.array().parse(
    await ask(`
SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind, n.nspname AS schema, p.proname AS name,
       ARRAY(SELECT format_type(t.t, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY AS t (t, n) ORDER BY t.n)::text[] AS args,
       array_agg(quote_ident(s.name) ORDER BY s.name) AS settings
  FROM pg_proc p
  JOIN pg_namespace n ON n.oid = p.pronamespace,
       unnest(p.proconfig) AS entry,
       split_part(entry, '=', 1) AS s (name)
 WHERE ${isUnknownSetting('s.name')}
 GROUP BY p.oid, p.prokind, n.nspname, p.proname`),
  );
  return new Map(
    rows.map(({ settings, ...id }): [string, readonly string[]] => [encodeId(id), settings]),
  );
}

/**
 * The condition that a name is no setting: names with a dot are anyone's. Whoever may not read a setting may not
 * ask for it either; `CASE`, since `AND` keeps no order.
 */
export function isUnknownSetting(name: string): string {
  return `CASE WHEN position('.' IN ${name}) > 0 OR lower(${name}) = ANY (${texts(HIDDEN_SETTINGS)}) THEN false
               ELSE current_setting(${name}, true) IS NULL END`;
}

/** The settings that databases, roles and routines can have and that `pg_read_all_settings` alone may read. */
const HIDDEN_SETTINGS: readonly string[] = [
  ...['session_preload_libraries', 'dynamic_library_path', 'extension_control_path'],
];

/** The routine's fact without the SET clauses that no one can set. */
export function withoutUnknownSettings(fact: Fact, unknown: UnknownSettings): Fact {
  const { def } = fact.payload;
  const names = isRoutine(fact.id) ? unknown.get(encodeId(fact.id)) : undefined;
  if (names === undefined || typeof def !== 'string') return fact;
  const kept = names.reduce((text, name) => withoutLine(text, ` SET ${name} TO `), def);
  return { ...fact, payload: { ...fact.payload, def: kept } };
}

function isRoutine({ kind }: StableId): boolean {
  return kind === 'function' || kind === 'procedure';
}

/** The text without its first line that begins so; the body of a routine comes after its settings. */
function withoutLine(text: string, start: string): string {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.startsWith(start));
  return lines.filter((_, index) => index !== at).join('\n');
}
