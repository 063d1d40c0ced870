import type { Client } from 'pg';
import { z } from 'zod';

/** Which versions of its rows a database's system catalogs have. */
export interface CatalogVersion {
  /** Differs if any row was written, even with identical content. */
  readonly checksum: string;
  /** Ignores rows that the load of a clone rewrote with identical content. */
  readonly contentKey: string;
  /**
   * For as long as it is the same, the number of a transaction stands for the same changes, so that equal
   * checksums of either kind are equal contents; `null` if the role may not know.
   */
  readonly run: string | null;
}

/** What is hashed: what stands in the catalogs' rows, or which versions of them there are. */
type Of = 'content' | 'versions';

const reader = z.object({
  version: z.string(),
  role: z.string(),
  rights: z.string(),
  mayReadRun: z.boolean(),
});
const made = z.object({ statement: z.string() });
const versionsRow = z.object({
  checksum: z.string(),
  contentKey: z.string(),
  run: z.string().nullable(),
});

/** The statements made so far, by server version and by what the role may read in the database. */
const statements = new Map<string, string>();

/**
 * Reads the checksum of the database a session is in: a hash over every row of its system catalogs that is
 * about an object of its users, and over the server's roles, except for what changes without any DDL (sizes,
 * statistics, transaction ids, where a relation lies on disk). Two databases with equal content have equal
 * schemas, down to the OIDs, as far as the role can see them: that is so of a database and its clone. A
 * different checksum says nothing.
 */
export async function readCatalogFingerprint(client: Client): Promise<string> {
  return (await read(client, 'content')).checksum;
}

/**
 * Reads which versions of those rows there are, for a quarter of the work; they are the same in a clone.
 * A version is known by the transaction that wrote it and by its place in its catalog's file.
 */
export function readCatalogVersion(client: Client): Promise<CatalogVersion> {
  return read(client, 'versions');
}

async function read(client: Client, of: Of): Promise<CatalogVersion> {
  // Prepared, both: a session that is used again has them planned already.
  const who = await client.query({ name: 'moveout fingerprint by whom', text: READER });
  const { version, role, rights, mayReadRun } = reader.parse(who.rows[0]);
  const key = `${of} ${version} ${rights}`;
  const text = statements.get(key) ?? (await makeStatement(client, of, mayReadRun));
  statements.set(key, text);
  const result = await client.query({ name: `moveout fingerprint ${of} ${rights}`, text });
  const { checksum, contentKey, run } = versionsRow.parse(result.rows[0]);
  const reading = `${version} ${role} ${rights}`;
  return { checksum: `${reading} ${checksum}`, contentKey: `${reading} ${contentKey}`, run };
}

async function makeStatement(client: Client, of: Of, mayReadRun: boolean): Promise<string> {
  const isOfVersions = of === 'versions';
  const run = isOfVersions && mayReadRun ? RUN : 'NULL';
  const result = await client.query(GENERATOR, [isOfVersions, run]);
  return made.parse(result.rows[0]).statement;
}

/** `FirstNormalObjectId`: objects below were there before anyone used the server. */
const FIRST = '16384';

/** What is not about the schema, or is only an index into what is read: dependencies on roles. */
const LEFT_OUT = `('pg_statistic', 'pg_statistic_ext_data', 'pg_largeobject', 'pg_largeobject_metadata', 'pg_user_mapping')`;

/** Columns of pg_class that VACUUM, ANALYZE, TRUNCATE and loading change, some in place; and one of pg_index. */
const VOLATILE = `('relhasindex', 'relhasrules', 'relhastriggers', 'relfilenode', 'relpages', 'reltuples', 'relallvisible', 'relallfrozen', 'relfrozenxid', 'relminmxid', 'indcheckxmin')`;

/** Rows about PostgreSQL's own objects are passed over where there are thousands of them. */
const OWN_ROWS = `(VALUES
  ('pg_proc', 'oid'), ('pg_class', 'oid'), ('pg_type', 'oid'), ('pg_operator', 'oid'),
  ('pg_collation', 'oid'), ('pg_conversion', 'oid'), ('pg_constraint', 'oid'), ('pg_rewrite', 'oid'),
  ('pg_amop', 'oid'), ('pg_amproc', 'oid'), ('pg_opclass', 'oid'), ('pg_opfamily', 'oid'), ('pg_cast', 'oid'),
  ('pg_attribute', 'attrelid'), ('pg_index', 'indexrelid'), ('pg_aggregate', 'aggfnoid'),
  ('pg_ts_config_map', 'mapcfg'), ('pg_init_privs', 'objoid'), ('pg_range', 'rngtypid')
) AS o (catalog, key)`;

/** VACUUM FULL gives a catalog's rows other places, in another file. */
const FILE = `format('%L || pg_relation_filenode(%L::regclass)', catalog || ' ', 'pg_catalog.' || catalog)`;
const VERSION = 'hashtidextended(t.ctid, t.xmin::text::bigint)';
const CONTENT = `format('hashtextextended(ROW(%s)::text COLLATE "C", 0)', columns)`;

/**
 * Loading restarts sequences and stops triggers for its time, and marking a target writes to a schema and
 * comments: these rows are read themselves.
 */
const SETTLED = `CASE
  WHEN NOT by_version OR catalog IN ('pg_sequence', 'pg_trigger', 'pg_namespace', 'pg_description') THEN ${CONTENT}
  WHEN catalog = 'pg_class' THEN format('CASE t.relkind WHEN ''S'' THEN %s ELSE ${VERSION} END', ${CONTENT})
  ELSE '${VERSION}' END`;

/**
 * A crash can take back the last transactions, whose numbers are then given again; it ends in a checkpoint,
 * but on a standby. A copy of the server's files has its numbers, and started at another time.
 */
const RUN = `CASE WHEN NOT pg_is_in_recovery() THEN
  concat_ws(' ', (SELECT system_identifier FROM pg_control_system()),
    (SELECT checkpoint_lsn FROM pg_control_checkpoint()), extract(epoch FROM pg_postmaster_start_time())) END`;

const MAY_READ_RUN = `(SELECT bool_and(has_function_privilege('pg_catalog.' || f || '()', 'EXECUTE'))
  FROM unnest(ARRAY['pg_control_system', 'pg_control_checkpoint', 'pg_postmaster_start_time',
                    'pg_is_in_recovery']) AS f)`;

/** PostgreSQL's own catalogs that are read; extensions may add tables to the schema. */
const CATALOGS = `c.relnamespace = 'pg_catalog'::regnamespace AND c.oid < ${FIRST}
  AND (c.relkind = 'r' AND NOT c.relisshared AND c.relname NOT IN ${LEFT_OUT}
       OR c.relname IN ('pg_roles', 'pg_user_mappings', 'pg_auth_members', 'pg_subscription'))`;

/** Who reads, and what of the catalogs: which may differ from database to database. */
const READER = `
SELECT current_setting('server_version_num') AS version, current_user::text AS role,
       ${MAY_READ_RUN} AS "mayReadRun",
       (SELECT md5(concat(${MAY_READ_RUN}, string_agg(concat(c.relname, ' ',
                 CASE WHEN has_table_privilege(c.oid, 'SELECT') THEN 'all' ELSE
                   (SELECT string_agg(a.attname, ' ' ORDER BY a.attnum) FROM pg_attribute AS a
                     WHERE a.attrelid = c.oid AND a.attnum > 0
                       AND has_column_privilege(c.oid, a.attnum, 'SELECT')) END), ', ' ORDER BY c.relname)))
          FROM pg_class AS c WHERE ${CATALOGS}) AS rights`;

/** One SELECT a catalog: columns that the role may read, `reg…` as numbers whatever the search path. */
const GENERATOR = `
WITH read AS (
  SELECT c.relname::text AS catalog,
         $1::boolean AND c.relkind = 'r' AND has_table_privilege(c.oid, 'SELECT') AS by_version,
         string_agg('t.' || quote_ident(a.attname) || CASE WHEN y.typname ~ '^_?reg' THEN
                      CASE WHEN y.typname ~ '^_' THEN '::oid[]' ELSE '::oid' END ELSE '' END, ', ' ORDER BY a.attnum) AS columns
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type y ON y.oid = a.atttypid
   WHERE ${CATALOGS} AND a.attnum > 0 AND NOT a.attisdropped
     AND a.attname NOT IN ${VOLATILE}
     AND has_column_privilege(c.oid, a.attnum, 'SELECT')
   GROUP BY c.oid, c.relname, c.relkind),
each AS (
  SELECT format('SELECT %s AS c, count(*) AS n, sum(%s) AS h, sum(%s) AS s FROM pg_catalog.%I AS t WHERE %s',
           CASE WHEN by_version THEN ${FILE} ELSE quote_literal(catalog) END,
           CASE WHEN by_version THEN '${VERSION}' ELSE ${CONTENT} END,
           ${SETTLED},
           catalog,
           CASE catalog
             WHEN 'pg_namespace' THEN 't.nspname !~ ''^pg_(toast_)?temp_'''
             WHEN 'pg_depend' THEN '(t.objid >= ${FIRST} OR t.refobjid >= ${FIRST})'
             WHEN 'pg_description' THEN '(t.objoid >= ${FIRST} OR t.classoid IN (''pg_namespace''::regclass, ''pg_extension''::regclass))'
             WHEN 'pg_subscription' THEN 't.subdbid = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())'
             ELSE coalesce((SELECT format('t.%I >= ${FIRST}', o.key) FROM ${OWN_ROWS} WHERE o.catalog = read.catalog), 'true')
           END) AS statement
    FROM read)
SELECT format('SELECT md5(string_agg(concat(c, '' '', n, '' '', h), '','' ORDER BY c)) AS checksum,
                      md5(string_agg(concat(c, '' '', n, '' '', s), '','' ORDER BY c)) AS "contentKey", %s::text AS run FROM (',
              $2::text)
       || string_agg(statement, ' UNION ALL ' ORDER BY statement) || ') AS catalogs' AS statement
  FROM each`;
