import { listed, problem, type Findings } from '../../../workflows/domain/findings';
import type { Client } from 'pg';
import { z } from 'zod';
import { tableNameSql } from '../identifiers';
import type { Extent } from '../../../workflows/domain/extent';
import { inExtent } from '../catalog/tables';
import { byKind, readMover, remedy, type Mover } from './mover';
import { queryCatalog } from '../session/prepared';

const missingRow = z.object({
  /** What cannot be done: use a schema, read a table or sequence, read rows that policies hide, call a function. */
  kind: z.enum(['schema', 'table', 'sequence', 'policies', 'function']),
  /** The schemas, tables, sequences or functions it is about. */
  objects: z.array(z.string()),
  /** The statement that resolves it, to be run by an owner or a superuser. */
  statement: z.string(),
});

/** A right that a role lacks, and the statement that grants it. */
type MissingRight = z.infer<typeof missingRow>;

/** The session's role, and everything that it lacks to read all of the extent. */
interface SourceRole {
  readonly mover: Mover;
  readonly missing: readonly MissingRight[];
}

const CANNOT_READ: Readonly<Record<MissingRight['kind'], string>> = {
  schema: 'may not use the schemas',
  table: 'may not read',
  sequence: 'may not read the sequences',
  policies: 'would not see rows that row level security hides in',
  function: 'may not call',
};

/**
 * One problem (`privilege`) for each kind of right that the session's role lacks to read the source, with the
 * statements that give it. Tables that stay behind need no right.
 */
export async function checkSourceRole(
  client: Client,
  extent: Extent,
  staying: readonly string[],
): Promise<Findings> {
  const { mover, missing } = await readSourceRole(client, extent, staying);
  return problem(
    'privilege',
    byKind(missing).map(([kind, rights]) => {
      const objects = rights.flatMap((right) => right.objects);
      const statements = rights.map(({ statement }) => statement);
      return `in the source, role "${mover.role}" ${CANNOT_READ[kind]} ${listed(objects, ', ')}: ${remedy(mover, statements)}`;
    }),
  );
}

/**
 * Finds what the session's role lacks for a plan and a backup. Tables that stay behind are not read, and need
 * no right. Works even if the role may do nothing at all.
 */
export async function readSourceRole(
  client: Client,
  extent: Extent,
  staying: readonly string[] = [],
): Promise<SourceRole> {
  const mover = await readMover(client);
  const result = await queryCatalog(client, STATEMENT, [extent.schemas, extent.tables, staying]);
  return { mover, missing: z.array(missingRow).parse(result.rows) };
}

const RELATIONS = `
  SELECT ${tableNameSql('n', 'c')} AS name, n.nspname, n.oid AS schema, c.oid, c.relname, c.relowner, c.relrowsecurity, c.relforcerowsecurity,
         CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind,
         CASE c.relkind WHEN 'S' THEN has_sequence_privilege(c.oid, 'SELECT')
                        ELSE has_table_privilege(c.oid, 'SELECT') END AS readable
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p') AND ${inExtent('n', 'c')} AND n.nspname || '.' || c.relname <> ALL ($3)
      OR c.relkind = 'S' AND EXISTS (
         SELECT FROM pg_depend d
           JOIN pg_class tc ON tc.oid = d.refobjid JOIN pg_namespace tn ON tn.oid = tc.relnamespace
          WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
            AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND ${inExtent('tn', 'tc')}
            AND tn.nspname || '.' || tc.relname <> ALL ($3))`;

/** Tables of a schema that is handled whole and that are all closed are opened by one statement. */
const STATEMENT = `
WITH relations AS (${RELATIONS}),
closed AS (
  SELECT r.*, r.nspname = ANY ($1) AND cardinality($3::text[]) = 0 AND count(*) OVER same > 1
              AND count(*) OVER same = count(*) FILTER (WHERE NOT r.readable) OVER same AS alike
    FROM relations r WINDOW same AS (PARTITION BY r.nspname, r.kind)),
missing AS (
  SELECT 1 AS place, 'schema' AS kind, array_agg(DISTINCT nspname::text) AS objects,
         format('GRANT USAGE ON SCHEMA %I TO %I', nspname, current_user) AS statement
    FROM relations WHERE NOT has_schema_privilege(schema, 'USAGE') GROUP BY nspname
  UNION ALL
  SELECT 2, kind, array_agg(name ORDER BY relname),
         format('GRANT SELECT ON ALL %sS IN SCHEMA %I TO %I', upper(kind), nspname, current_user)
    FROM closed WHERE alike AND NOT readable GROUP BY nspname, kind
  UNION ALL
  SELECT 3, kind, ARRAY[name],
         format('GRANT SELECT ON %s%I.%I TO %I',
                CASE kind WHEN 'sequence' THEN 'SEQUENCE ' ELSE '' END, nspname, relname, current_user)
    FROM closed WHERE NOT alike AND NOT readable
  UNION ALL
  SELECT 4, 'policies', array_agg(c.name ORDER BY c.nspname, c.relname),
         format('ALTER ROLE %I BYPASSRLS', current_user)
    FROM relations c JOIN pg_roles me ON me.rolname = current_user
   WHERE c.relrowsecurity AND NOT me.rolsuper AND NOT me.rolbypassrls
     AND (c.relforcerowsecurity OR NOT pg_has_role(c.relowner, 'USAGE'))
  HAVING count(*) > 0
  UNION ALL
  SELECT 5, 'function', ARRAY[f], format('GRANT EXECUTE ON FUNCTION pg_catalog.%s TO %I', f, current_user)
    FROM unnest(ARRAY['pg_control_system()', 'pg_export_snapshot()', 'pg_is_in_recovery()',
                      'pg_current_wal_lsn()', 'pg_last_wal_replay_lsn()']) AS f
   WHERE NOT has_function_privilege('pg_catalog.' || f, 'EXECUTE'))
SELECT kind, objects, statement FROM missing ORDER BY place, statement`;
