import { z } from 'zod';
import type { StableId } from '@supabase/pg-delta';
import type { Extent } from '../../../workflows/domain/extent';
import { inExtentLiteral, texts, type Ask } from './supplements/supplement';
import { nameOf } from './object-name';

/** An object of the extent and the type of another schema that it is made with. */
export interface ForeignType {
  /** The object's name in reports. */
  readonly object: string;
  /** The type as SQL writes it. */
  readonly type: string;
  /** What the schema engine calls the type, if it knows the kind. */
  readonly id: StableId;
  /** The extension that the type belongs to. */
  readonly extension: string | undefined;
}

const ROW = z.object({
  object: z.string().nullable(),
  column: z.tuple([z.string(), z.string(), z.string()]).nullable(),
  type: z.string(),
  schema: z.string(),
  name: z.string(),
  kind: z.enum(['type', 'domain', 'table', 'view', 'materializedView', 'foreignTable']),
  extension: z.string().nullable(),
});

/**
 * Types from elsewhere, looked for in the catalog itself: PostgreSQL records the dependency on an
 * array's own type, and base types of extensions are seen by the schema engine only when not in an array.
 */
export async function readForeignTypes(ask: Ask, extent: Extent): Promise<readonly ForeignType[]> {
  return ROW.array()
    .parse(await ask(foreignTypes(extent)))
    .map((row) => ({
      object: row.object ?? columnName(row.column),
      type: row.type,
      id: { kind: row.kind, schema: row.schema, name: row.name },
      extension: row.extension ?? undefined,
    }));
}

function columnName(column: z.infer<typeof ROW>['column']): string {
  const [schema, table, name] = column ?? ['', '', ''];
  return nameOf({ kind: 'column', schema, table, name });
}

function foreignTypes(extent: Extent): string {
  const schemas = texts(extent.schemas);
  return `
SELECT u.object, u.column, format_type(e.oid, NULL) AS type, m.nspname AS schema, e.typname AS name,
       CASE WHEN e.typtype = 'd' THEN 'domain'
            ELSE (SELECT CASE r.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view'
                                        WHEN 'm' THEN 'materializedView' WHEN 'f' THEN 'foreignTable' ELSE 'type' END
                    FROM pg_class r WHERE r.oid = e.typrelid
                  UNION ALL SELECT 'type' WHERE e.typrelid = 0) END AS kind,
       (SELECT x.extname FROM pg_depend d JOIN pg_extension x ON x.oid = d.refobjid
         WHERE d.classid = 'pg_type'::regclass AND d.objid = e.oid AND d.deptype = 'e') AS extension
  FROM (
    SELECT NULL AS object, json_build_array(n.nspname, c.relname, a.attname) AS column, a.atttypid AS type
      FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE ${inExtentLiteral(extent)} AND c.relkind IN ('r', 'p', 'f', 'c')
       AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT format('function %s', p.oid::regprocedure), NULL, v.type
      FROM pg_proc p
      JOIN pg_namespace n ON n.oid = p.pronamespace,
           unnest(COALESCE(p.proallargtypes, p.proargtypes::oid[]) || p.prorettype) AS v (type)
     WHERE n.nspname = ANY (${schemas})
       AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.objid = p.oid AND x.deptype IN ('e', 'i'))
    UNION ALL
    SELECT format('domain %I.%I', n.nspname, t.typname), NULL, t.typbasetype
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
     WHERE t.typtype = 'd' AND n.nspname = ANY (${schemas})
  ) u
  JOIN pg_type t ON t.oid = u.type
  JOIN pg_type e ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
  JOIN pg_namespace m ON m.oid = e.typnamespace
 WHERE m.nspname <> ALL (${schemas} || ARRAY['pg_catalog', 'information_schema']::text[])
 ORDER BY 3, 1`;
}

/** Constraints whose own triggers do not fire as they were made to: by name, `off` or `always`. */
export type Enforcement = Readonly<Record<string, string>>;

const ENFORCED_ROW = z.object({
  schema: z.string(),
  table: z.string(),
  name: z.string(),
  enforcement: z.string(),
});

/** Foreign keys and deferred constraints that `ALTER TABLE … DISABLE TRIGGER ALL` and the like have changed. */
export async function readEnforcement(ask: Ask, extent: Extent): Promise<Enforcement> {
  const rows = ENFORCED_ROW.array().parse(
    await ask(`
SELECT n.nspname AS schema, c.relname AS table, k.conname AS name,
       CASE WHEN bool_or(g.tgenabled IN ('D', 'R')) THEN 'off' ELSE 'always' END AS enforcement
  FROM pg_trigger g
  JOIN pg_constraint k ON k.oid = g.tgconstraint
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE g.tgisinternal AND g.tgenabled <> 'O' AND ${inExtentLiteral(extent)}
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`),
  );
  return Object.fromEntries(
    rows.map(({ schema, table, name, enforcement }) => [
      nameOf({ kind: 'constraint', schema, table, name }),
      enforcement,
    ]),
  );
}
