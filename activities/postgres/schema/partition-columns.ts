import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import { ident, literal } from '../identifiers';
import { inExtentLiteral, texts } from './supplements/supplement';
import type { Ask, Supplement } from './supplements/supplement';
import { isSettable } from './own-options';
import type { LeftOut } from './script';

/**
 * What the columns and triggers of partitions have of their own. The schema engine sees a partition as a bound only: its
 * columns are those of its partitioned table, which CREATE TABLE … PARTITION OF gives it.
 */
export async function readPartitionColumns(
  ask: Ask,
  extent: Extent,
): Promise<readonly Supplement[]> {
  const columns = COLUMN.array().parse(await ask(ownColumns(extent)));
  const triggers = TRIGGER.array().parse(await ask(ownTriggerStates(extent)));
  return [...columns.flatMap(columnSupplements), ...triggers.map(triggerSupplement)];
}

const GRANT = z.object({ grantee: z.string(), privilege: z.string(), grantable: z.boolean() });

const COLUMN = z.object({
  schema: z.string(),
  table: z.string(),
  name: z.string(),
  /** Its own default, empty if it has none; NULL if it has that of the partitioned table. */
  default: z.string().nullable(),
  notNull: z.boolean(),
  storage: z.string().nullable(),
  compression: z.string().nullable(),
  statistics: z.number().nullable(),
  options: z.array(z.string()),
  comment: z.string().nullable(),
  grants: z.array(GRANT),
});

const TRIGGER = z.object({
  schema: z.string(),
  table: z.string(),
  name: z.string(),
  state: z.string(),
});

/**
 * The columns `a` of partitions `c` besides those of the outermost partitioned table, `u`: the statements that set these
 * go down to all partitions, except for compression and options.
 */
const PAIRS = `
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_attribute u ON u.attrelid = pg_partition_root(c.oid) AND u.attname = a.attname
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN pg_attrdef e ON e.adrelid = u.attrelid AND e.adnum = u.attnum`;

const OWN_DEFAULT = `pg_get_expr(d.adbin, d.adrelid) IS DISTINCT FROM pg_get_expr(e.adbin, e.adrelid)`;

function ownColumns(extent: Extent): string {
  return `
SELECT * FROM (
  SELECT n.nspname AS schema, c.relname AS table, a.attname AS name,
         CASE WHEN a.attgenerated = '' AND a.attidentity = '' AND ${OWN_DEFAULT}
              THEN coalesce(pg_get_expr(d.adbin, d.adrelid), '') END AS "default",
         a.attnotnull AND NOT u.attnotnull AND NOT EXISTS (
           SELECT FROM pg_constraint k
            WHERE k.conrelid = c.oid AND k.contype = 'n' AND k.conkey[1] = a.attnum AND NOT k.convalidated) AS "notNull",
         CASE WHEN a.attstorage <> u.attstorage THEN
           CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END
         END AS storage,
         CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression,
         CASE WHEN coalesce(a.attstattarget, -1) <> coalesce(u.attstattarget, -1)
              THEN coalesce(a.attstattarget, -1)::int END AS statistics,
         coalesce(a.attoptions, '{}') AS options,
         col_description(c.oid, a.attnum) AS comment,
         coalesce((SELECT json_agg(json_build_object('grantee', coalesce(r.rolname, 'PUBLIC'),
                            'privilege', x.privilege_type, 'grantable', x.is_grantable)
                          ORDER BY coalesce(r.rolname, 'PUBLIC'), x.privilege_type)
                     FROM (SELECT DISTINCT grantee, privilege_type, is_grantable FROM aclexplode(a.attacl)) AS x
                     LEFT JOIN pg_roles r ON r.oid = x.grantee), '[]') AS grants
  ${PAIRS}
   WHERE c.relispartition AND ${inExtentLiteral(extent)}) AS own
 WHERE "default" IS NOT NULL OR "notNull" OR storage IS NOT NULL OR compression IS NOT NULL OR statistics IS NOT NULL
    OR options <> '{}' OR comment IS NOT NULL OR grants::text <> '[]'
 ORDER BY 1, 2, 3`;
}

function ownTriggerStates(extent: Extent): string {
  return `
SELECT n.nspname AS schema, c.relname AS table, g.tgname AS name,
       CASE g.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END AS state
  FROM pg_trigger g
  JOIN pg_trigger p ON p.tgrelid = pg_partition_root(g.tgrelid) AND p.tgname = g.tgname
  JOIN pg_class c ON c.oid = g.tgrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE g.tgparentid <> 0 AND NOT g.tgisinternal AND g.tgenabled <> p.tgenabled AND ${inExtentLiteral(extent)}
 ORDER BY 1, 2, 3`;
}

/** What no statement gives a partition that is made with its table: other generation, defaults that need what stays behind. */
export async function readPartitionObstacles(ask: Ask, extent: Extent): Promise<LeftOut[]> {
  const rows = z.array(z.object({ object: z.string(), because: z.string() }));
  return rows.parse(
    await ask(`
SELECT format('default of %I.%I.%I', n.nspname, c.relname, a.attname) AS object,
       CASE WHEN a.attgenerated <> '' THEN 'is generated otherwise than in the partitioned table, which is not carried'
            ELSE 'is the own one of a partition and needs what stays behind' END AS because
  ${PAIRS}
 WHERE c.relispartition AND ${inExtentLiteral(extent)} AND ${OWN_DEFAULT}
   AND (a.attgenerated <> '' OR EXISTS (
     SELECT FROM pg_depend y, LATERAL pg_identify_object(y.refclassid, y.refobjid, 0) AS o
      WHERE y.classid = 'pg_attrdef'::regclass AND y.objid = d.oid AND y.deptype = 'n'
        AND o.schema <> ALL (${texts(['pg_catalog', ...extent.schemas])})))
 ORDER BY 1`),
  );
}

function columnSupplements(row: z.infer<typeof COLUMN>): Supplement[] {
  const table = `${ident(row.schema)}.${ident(row.table)}`;
  const column = ident(row.name);
  const options = row.options.filter((option) => isSettable('column', option)).join(', ');
  const one = (attribute: string, value: string | null, statement: string): Supplement[] =>
    value === null ? [] : [supplement(row, `${attribute} of ${row.name}`, [value, statement])];
  const alter = (clause: string): string =>
    `ALTER TABLE ONLY ${table} ALTER COLUMN ${column} ${clause}`;
  const { storage, compression } = row;
  const statistics = row.statistics === null ? null : String(row.statistics);
  return [
    ...one(
      'default',
      row.default,
      alter(row.default === '' ? 'DROP DEFAULT' : `SET DEFAULT ${row.default ?? ''}`),
    ),
    // Not for one level only: the partitions below have it too.
    ...one(
      'NOT NULL',
      row.notNull ? 'true' : null,
      `ALTER TABLE ${table} ALTER COLUMN ${column} SET NOT NULL`,
    ),
    ...one('storage', storage, alter(`SET STORAGE ${storage ?? ''}`)),
    ...one('compression', compression, alter(`SET COMPRESSION ${compression ?? ''}`)),
    ...one('statistics', statistics, alter(`SET STATISTICS ${statistics ?? ''}`)),
    ...one('options', options === '' ? null : options, alter(`SET (${options})`)),
    ...one(
      'comment',
      row.comment,
      `COMMENT ON COLUMN ${table}.${column} IS ${literal(row.comment ?? '')}`,
    ),
    ...row.grants.map((grant) => grantSupplement(row, grant)),
  ];
}

function grantSupplement(
  row: z.infer<typeof COLUMN>,
  { grantee, privilege, grantable }: z.infer<typeof GRANT>,
): Supplement {
  const isPublic = grantee === 'PUBLIC';
  const on = `${privilege} (${ident(row.name)}) ON ${ident(row.schema)}.${ident(row.table)}`;
  const statement = `GRANT ${on} TO ${isPublic ? grantee : ident(grantee)}${grantable ? ' WITH GRANT OPTION' : ''}`;
  const granted = supplement(row, `${privilege} of ${grantee} on ${row.name}`, [
    String(grantable),
    statement,
  ]);
  return { ...granted, part: 'after', roles: isPublic ? [] : [grantee] };
}

function triggerSupplement(row: z.infer<typeof TRIGGER>): Supplement {
  const { schema, table, name, state } = row;
  const statement = `ALTER TABLE ONLY ${ident(schema)}.${ident(table)} ${state} TRIGGER ${ident(name)}`;
  return { ...supplement(row, `state of trigger ${name}`, [state, statement]), part: 'after' };
}

function supplement(
  { schema, table }: { readonly schema: string; readonly table: string },
  attribute: string,
  [value, statement]: readonly [value: string, statement: string],
): Supplement {
  const id = { kind: 'table', schema, name: table } as const;
  return { id, attribute, value, part: 'before', statements: [statement], roles: [] };
}
