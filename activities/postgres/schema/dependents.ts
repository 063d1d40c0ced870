import type { ClientBase } from 'pg';
import { z } from 'zod';
import { splitTable } from '../../../workflows/domain/object-names';

const ROWS = z.array(
  z.object({
    kind: z.string(),
    object: z.string(),
    dependsOn: z.string(),
  }),
);

/** An object of another schema that a `DROP SCHEMA … CASCADE` would take along. */
interface Dependent {
  /** For example `foreign key`, `view`, `trigger`, `policy`, `function`, `table column`, `default value`. */
  readonly kind: string;
  /** Its name with its schema, for example `profiles_id_fkey on public.profiles`. */
  readonly object: string;
  /** What it depends on in the schemas, for example `table auth.users`. */
  readonly dependsOn: string;
}

/**
 * Everything outside the given schemas that depends on something inside, sorted, one entry for each pair.
 * Complete as far as PostgreSQL records dependencies: bodies of functions written as text are not among them.
 */
export async function schemaObjectsOutsideThatDependOn(
  client: ClientBase,
  schemas: readonly string[],
): Promise<readonly Dependent[]> {
  const { rows } = await client.query(OUTSIDE, [schemas]);
  return ROWS.parse(rows);
}

/**
 * `place` tells the schema of every object that has one, taking a part's from its relation. A view is
 * recorded as its rule. Internal triggers belong to their foreign key and are not named apart.
 */
const OUTSIDE = `
WITH place AS (
  SELECT 'pg_class'::regclass AS classid, oid, relnamespace AS schema FROM pg_class
  UNION ALL SELECT 'pg_proc'::regclass, oid, pronamespace FROM pg_proc
  UNION ALL SELECT 'pg_type'::regclass, oid, typnamespace FROM pg_type
  UNION ALL SELECT 'pg_operator'::regclass, oid, oprnamespace FROM pg_operator
  UNION ALL SELECT 'pg_opclass'::regclass, oid, opcnamespace FROM pg_opclass
  UNION ALL SELECT 'pg_opfamily'::regclass, oid, opfnamespace FROM pg_opfamily
  UNION ALL SELECT 'pg_collation'::regclass, oid, collnamespace FROM pg_collation
  UNION ALL SELECT 'pg_statistic_ext'::regclass, oid, stxnamespace FROM pg_statistic_ext
  UNION ALL SELECT 'pg_constraint'::regclass, oid, connamespace FROM pg_constraint
  UNION ALL SELECT 'pg_trigger'::regclass, g.oid, relnamespace FROM pg_trigger g JOIN pg_class c ON c.oid = tgrelid
  UNION ALL SELECT 'pg_policy'::regclass, p.oid, relnamespace FROM pg_policy p JOIN pg_class c ON c.oid = polrelid
  UNION ALL SELECT 'pg_rewrite'::regclass, r.oid, relnamespace FROM pg_rewrite r JOIN pg_class c ON c.oid = ev_class
  UNION ALL SELECT 'pg_attrdef'::regclass, a.oid, relnamespace FROM pg_attrdef a JOIN pg_class c ON c.oid = adrelid
  UNION ALL SELECT 'pg_namespace'::regclass, oid, oid FROM pg_namespace
), inside AS MATERIALIZED (
  SELECT classid, oid FROM place WHERE schema IN (SELECT oid FROM pg_namespace WHERE nspname = ANY ($1::text[]))
), pair AS (
  SELECT DISTINCT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid
    FROM pg_depend d
    JOIN inside i ON i.classid = d.refclassid AND i.oid = d.refobjid
   WHERE d.deptype IN ('n', 'a', 'i', 'P', 'S')
     AND NOT EXISTS (SELECT FROM inside o WHERE o.classid = d.classid AND o.oid = d.objid)
     AND d.classid <> 'pg_default_acl'::regclass
     AND NOT EXISTS (SELECT FROM pg_class t WHERE d.classid = 'pg_class'::regclass AND t.oid = d.objid AND t.relkind = 't')
     AND NOT EXISTS (SELECT FROM pg_trigger g WHERE d.classid = 'pg_trigger'::regclass AND g.oid = d.objid AND g.tgisinternal)
     AND NOT EXISTS (SELECT FROM pg_depend x WHERE d.classid = 'pg_cast'::regclass AND x.classid = d.classid AND x.objid = d.objid AND x.deptype = 'i')
), named AS (
  SELECT COALESCE(v.oid IS NOT NULL, false) AS is_view, v.relkind, k.contype,
         pg_identify_object(p.classid, p.objid, p.objsubid) AS it,
         v.oid::regclass AS view_name, v.relnamespace::regnamespace AS view_schema, v.relname,
         pg_identify_object(p.refclassid, p.refobjid, 0) AS ref
    FROM pair p
    LEFT JOIN pg_rewrite r ON p.classid = 'pg_rewrite'::regclass AND r.oid = p.objid AND r.rulename = '_RETURN'
    LEFT JOIN pg_class v ON v.oid = r.ev_class
    LEFT JOIN pg_constraint k ON p.classid = 'pg_constraint'::regclass AND k.oid = p.objid
)
SELECT DISTINCT
       CASE WHEN is_view THEN CASE relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END
            WHEN contype = 'f' THEN 'foreign key'
            ELSE (it).type END AS kind,
       CASE WHEN is_view THEN view_schema::text || '.' || quote_ident(relname) ELSE (it).identity END AS object,
       (ref).type || ' ' || (ref).identity AS "dependsOn"
  FROM named
 ORDER BY 1, 2, 3`;

/** Names of tables as PostgreSQL writes them where it identifies an object: in quotes where SQL needs them. */
export async function quotedNames(
  client: ClientBase,
  tables: readonly string[],
): Promise<readonly string[]> {
  if (tables.length === 0) return [];
  const result = await client.query(
    `SELECT quote_ident(t.schema) || '.' || quote_ident(t.name) AS name
       FROM unnest($1::text[], $2::text[]) AS t (schema, name)`,
    [tables.map((table) => splitTable(table)[0]), tables.map((table) => splitTable(table)[1])],
  );
  return z
    .array(z.object({ name: z.string() }))
    .parse(result.rows)
    .map(({ name }) => name);
}
