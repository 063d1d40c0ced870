import { withSession } from './databases';

/** The order of grants means nothing. */
const acl = (column: string): string =>
  `coalesce((SELECT string_agg(i::text, ',' ORDER BY i::text COLLATE "C") FROM unnest(${column}) AS i), '')`;

const MADE_BY_PEOPLE = `n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`;

/** Everything of a catalog that a dump of the schema would show, one line an object. */
const CATALOG = [
  `SELECT 'schema ' || n.nspname || ' ' || n.nspowner::regrole || ' ' || ${acl('n.nspacl')}
     FROM pg_namespace n WHERE ${MADE_BY_PEOPLE}`,
  `SELECT 'relation ' || c.oid::regclass || ' ' || c.relkind::text || ' ' || c.relowner::regrole || ' '
       || c.relrowsecurity || c.relforcerowsecurity || ' ' || ${acl('c.relacl')} || ' '
       || coalesce(c.reloptions::text, '') || ' ' || coalesce(obj_description(c.oid, 'pg_class'), '')
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${MADE_BY_PEOPLE}`,
  `SELECT 'column ' || c.oid::regclass || ' ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' '
       || a.attnotnull || a.attgenerated::text || a.attidentity::text || ' ' || ${acl('a.attacl')} || ' '
       || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'p') AND ${MADE_BY_PEOPLE}`,
  `SELECT 'constraint ' || c.conrelid::regclass || ' ' || c.conname || ' ' || c.convalidated || ' ' || pg_get_constraintdef(c.oid)
     FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace WHERE c.conrelid <> 0 AND ${MADE_BY_PEOPLE}`,
  `SELECT 'index ' || pg_get_indexdef(i.indexrelid) || ' ' || i.indisvalid
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${MADE_BY_PEOPLE}`,
  `SELECT 'trigger ' || t.tgenabled::text || ' ' || pg_get_triggerdef(t.oid)
     FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND ${MADE_BY_PEOPLE}`,
  `SELECT 'function ' || p.proowner::regrole || ' ' || ${acl('p.proacl')} || ' ' || pg_get_functiondef(p.oid)
     FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prokind = 'f' AND ${MADE_BY_PEOPLE}`,
  `SELECT 'type ' || t.oid::regtype || ' ' || t.typowner::regrole || ' '
       || coalesce((SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid), '')
     FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ${MADE_BY_PEOPLE}`,
  `SELECT 'policy ' || p.polrelid::regclass || ' ' || p.polname || ' ' || p.polcmd::text
       || coalesce(pg_get_expr(p.polqual, p.polrelid), '') || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')
     FROM pg_policy p`,
  // A default that is not written down and one that is are the same rights.
  `SELECT 'database ' || a.grantor::regrole || ' to ' || a.grantee::regrole || ' ' || a.privilege_type || ' ' || a.is_grantable
     FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS a WHERE d.datname = current_database()`,
  `SELECT 'database ' || d.datcollate FROM pg_database d WHERE d.datname = current_database()`,
];

/** A database as text lines: its catalog, its sequences, and each table's rows as count and MD5. */
export async function imageOf(database: string): Promise<readonly string[]> {
  return withSession(database, async (client) => {
    const catalog = await client.query<{ line: string }>(
      `SELECT line FROM (${CATALOG.join(' UNION ALL ')}) AS c (line) ORDER BY line COLLATE "C"`,
    );
    const relations = await client.query<{ name: string; kind: string; columns: string }>(
      `SELECT c.oid::regclass::text AS name, c.relkind AS kind,
              (SELECT coalesce(string_agg(format('t.%I', a.attname), ', ' ORDER BY a.attname), '') FROM pg_attribute a
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'S') AND ${MADE_BY_PEOPLE} ORDER BY 1`,
    );
    const states = relations.rows.map(({ name, kind, columns }) =>
      kind === 'S'
        ? `SELECT '${name} at ' || last_value || ' ' || is_called AS line FROM ${name}`
        : `SELECT '${name} ' || count(*) || ' '
             || coalesce(md5(string_agg(md5(r.line), '' ORDER BY r.line COLLATE "C")), '') AS line
             FROM (SELECT ROW(${columns})::text AS line FROM ${name} AS t) AS r`,
    );
    if (states.length === 0) return catalog.rows.map(({ line }) => line);
    const contents = await client.query<{ line: string }>(states.join(' UNION ALL '));
    return [...catalog.rows, ...contents.rows].map(({ line }) => line);
  });
}
