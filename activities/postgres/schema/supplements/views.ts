import type { StableId } from '@supabase/pg-delta';
import { z } from 'zod';
import type { Extent } from '../../../../workflows/domain/extent';
import { ident, literal } from '../../identifiers';
import { inExtentLiteral, type Ask, type Supplement } from './supplement';

/** Defaults, comments and privileges of single columns of views and materialized views. */
export async function readViewColumns(ask: Ask, extent: Extent): Promise<readonly Supplement[]> {
  return COLUMN.array()
    .parse(await ask(viewColumns(extent)))
    .flatMap(columnSupplements);
}

const GRANT = z.object({ grantee: z.string(), privilege: z.string(), grantable: z.boolean() });

const COLUMN = z.object({
  kind: z.enum(['view', 'materializedView']),
  schema: z.string(),
  view: z.string(),
  name: z.string(),
  default: z.string().nullable(),
  comment: z.string().nullable(),
  grants: z.array(GRANT),
});

function viewColumns(extent: Extent): string {
  return `
SELECT * FROM (
  SELECT CASE c.relkind WHEN 'm' THEN 'materializedView' ELSE 'view' END AS kind,
         n.nspname AS schema, c.relname AS view, a.attname AS name,
         pg_get_expr(d.adbin, d.adrelid) AS "default", col_description(c.oid, a.attnum) AS comment,
         coalesce((SELECT json_agg(json_build_object('grantee', coalesce(r.rolname, 'PUBLIC'),
                            'privilege', x.privilege_type, 'grantable', x.grantable)
                          ORDER BY coalesce(r.rolname, 'PUBLIC'), x.privilege_type)
                     FROM (SELECT grantee, privilege_type, bool_or(is_grantable) AS grantable
                             FROM aclexplode(a.attacl) GROUP BY 1, 2) AS x
                     LEFT JOIN pg_roles r ON r.oid = x.grantee), '[]') AS grants
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
   WHERE c.relkind IN ('v', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND ${inExtentLiteral(extent)}) AS own
 WHERE "default" IS NOT NULL OR comment IS NOT NULL OR grants::text <> '[]'
 ORDER BY 2, 3, 4`;
}

function columnSupplements(row: z.infer<typeof COLUMN>): Supplement[] {
  const id: StableId = { kind: row.kind, schema: row.schema, name: row.view };
  const view = `${ident(row.schema)}.${ident(row.view)}`;
  const column = ident(row.name);
  const one = (attribute: string, value: string | null, statement: string): Supplement[] =>
    value === null
      ? []
      : [
          {
            id,
            attribute: `${attribute} of column ${row.name}`,
            value,
            part: 'after',
            statements: [statement],
            roles: [],
          },
        ];
  return [
    ...one(
      'default',
      row.default,
      `ALTER VIEW ${view} ALTER COLUMN ${column} SET DEFAULT ${row.default ?? ''}`,
    ),
    ...one(
      'comment',
      row.comment,
      `COMMENT ON COLUMN ${view}.${column} IS ${literal(row.comment ?? '')}`,
    ),
    ...row.grants.map((grant) => grantSupplement(id, { ...grant, view, column })),
  ];
}

function grantSupplement(
  id: StableId,
  grant: z.infer<typeof GRANT> & { readonly view: string; readonly column: string },
): Supplement {
  const { privilege, grantee, grantable, view, column } = grant;
  const isPublic = grantee === 'PUBLIC';
  const option = grantable ? ' WITH GRANT OPTION' : '';
  return {
    id,
    attribute: `${privilege} of ${grantee} on column ${column}`,
    value: String(grantable),
    part: 'after',
    statements: [
      `GRANT ${privilege} (${column}) ON ${view} TO ${isPublic ? grantee : ident(grantee)}${option}`,
    ],
    roles: isPublic ? [] : [grantee],
  };
}
