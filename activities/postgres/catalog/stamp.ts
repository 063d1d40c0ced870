import type { Client } from 'pg';
import { z } from 'zod';

/** Of what a stamp is: of what stands in the catalog's rows, or also of their versions. */
export type Of = 'content' | 'versions';

const reader = z.object({ version: z.string(), role: z.string(), super: z.string() });
const made = z.object({ statement: z.string() });
const stampRow = z.object({ stamp: z.string() });

/** The statements made so far, by server version, role and its rights, on which depends what there is to read. */
const statements = new Map<string, string>();

/**
 * Reads the stamp of the database a session is in: a hash over every row of its system catalogs that is
 * about an object of its users, and over the server's roles, but for what changes without any DDL (sizes,
 * statistics, transaction ids, where a relation lies on disk). Two databases with equal content have equal
 * schemas, down to the OIDs, as far as the role can see them: that is so of a database and its clone. A
 * different stamp says nothing. A stamp of `versions` differs also where a row was only rewritten, so that
 * what was done and undone shows.
 */
export async function readStamp(client: Client, of: Of = 'content'): Promise<string> {
  const who = await client.query(
    `SELECT current_setting('server_version_num') AS version, current_user::text AS role,
            current_setting('is_superuser') AS super`,
  );
  const { version, role, super: isSuperuser } = reader.parse(who.rows[0]);
  const key = `${of} ${version} ${role} ${isSuperuser}`;
  const statement = statements.get(key) ?? (await makeStatement(client, of));
  statements.set(key, statement);
  // Prepared: a session that is used again has it planned already.
  const result = await client.query({ name: `moveout stamp of ${of}`, text: statement });
  return `${version} ${role} ${stampRow.parse(result.rows[0]).stamp}`;
}

async function makeStatement(client: Client, of: Of): Promise<string> {
  const result = await client.query(GENERATOR, [of === 'versions']);
  return made.parse(result.rows[0]).statement;
}

/** `FirstNormalObjectId`: objects below were there before anybody used the server. */
const FIRST = '16384';

/** What is not about the schema, or is only an index into what is read: dependencies on roles. */
const LEFT_OUT = `('pg_statistic', 'pg_statistic_ext_data', 'pg_largeobject', 'pg_largeobject_metadata', 'pg_user_mapping')`;

/** Columns of pg_class that VACUUM, ANALYZE, TRUNCATE and loading change; and one of pg_index. */
const VOLATILE = `('relfilenode', 'relpages', 'reltuples', 'relallvisible', 'relallfrozen', 'relfrozenxid', 'relminmxid', 'indcheckxmin')`;

/** Rows about PostgreSQL's own objects are passed over where there are thousands of them. */
const OWN_ROWS = `(VALUES
  ('pg_proc', 'oid'), ('pg_class', 'oid'), ('pg_type', 'oid'), ('pg_operator', 'oid'),
  ('pg_collation', 'oid'), ('pg_conversion', 'oid'), ('pg_constraint', 'oid'), ('pg_rewrite', 'oid'),
  ('pg_amop', 'oid'), ('pg_amproc', 'oid'), ('pg_opclass', 'oid'), ('pg_opfamily', 'oid'), ('pg_cast', 'oid'),
  ('pg_attribute', 'attrelid'), ('pg_index', 'indexrelid'), ('pg_aggregate', 'aggfnoid'),
  ('pg_ts_config_map', 'mapcfg'), ('pg_init_privs', 'objoid'), ('pg_range', 'rngtypid')
) AS o (catalog, key)`;

/** One SELECT a catalog: columns that the role may read, `reg…` as numbers whatever the search path. */
const GENERATOR = `
WITH read AS (
  SELECT c.relname::text AS catalog, c.oid,
         string_agg('t.' || quote_ident(a.attname) || CASE WHEN y.typname ~ '^_?reg' THEN
                      CASE WHEN y.typname ~ '^_' THEN '::oid[]' ELSE '::oid' END ELSE '' END, ', ' ORDER BY a.attnum) AS columns
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type y ON y.oid = a.atttypid
   WHERE c.relnamespace = 'pg_catalog'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
     AND (c.relkind = 'r' AND NOT c.relisshared AND c.relname NOT IN ${LEFT_OUT}
          OR c.relname IN ('pg_roles', 'pg_user_mappings', 'pg_auth_members', 'pg_subscription'))
     AND a.attname NOT IN ${VOLATILE}
     AND has_column_privilege(c.oid, a.attnum, 'SELECT')
   GROUP BY c.oid, c.relname),
each AS (
  SELECT format('SELECT %L AS c, count(*) AS n, sum(hashtextextended(ROW(%s%s)::text COLLATE "C", 0)) AS h FROM pg_catalog.%I AS t WHERE %s',
           catalog, columns,
           CASE WHEN $1::boolean AND catalog NOT IN ('pg_roles', 'pg_user_mappings')
                     AND has_table_privilege(read.oid, 'SELECT') THEN ', t.xmin, t.ctid' ELSE '' END,
           catalog,
           CASE catalog
             WHEN 'pg_namespace' THEN 't.nspname !~ ''^pg_(toast_)?temp_'''
             WHEN 'pg_depend' THEN '(t.objid >= ${FIRST} OR t.refobjid >= ${FIRST})'
             WHEN 'pg_description' THEN '(t.objoid >= ${FIRST} OR t.classoid IN (''pg_namespace''::regclass, ''pg_extension''::regclass))'
             WHEN 'pg_subscription' THEN 't.subdbid = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())'
             ELSE coalesce((SELECT format('t.%I >= ${FIRST}', o.key) FROM ${OWN_ROWS} WHERE o.catalog = read.catalog), 'true')
           END) AS statement
    FROM read)
SELECT 'SELECT md5(string_agg(concat(c, '' '', n, '' '', h), '','' ORDER BY c)) AS stamp FROM ('
       || string_agg(statement, ' UNION ALL ' ORDER BY statement) || ') AS catalogs' AS statement
  FROM each`;
