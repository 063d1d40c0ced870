import { rowsAt } from './sessions';

const OURS = `n.nspname IN ('auth', 'storage')`;

/**
 * Grants written out as on every version: none noted means the owner's, as `acldefault` gives them,
 * and MAINTAIN came with 17, as a part of ALL.
 */
function grants(acl: string, owner: string, kind: string): string {
  const item = `concat_ws(' ', coalesce(nullif(x.grantee, 0)::regrole::text, 'PUBLIC'), x.privilege_type, x.is_grantable)`;
  return `(SELECT string_agg(${item}, ', ' ORDER BY ${item})
     FROM aclexplode(coalesce(${acl}, acldefault(${kind}, ${owner}))) AS x WHERE x.privilege_type <> 'MAINTAIN')`;
}

const RELATION = `CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char"`;

/** Everything of the two schemas that every version of PostgreSQL spells alike, one line an object. */
const CATALOG = [
  `SELECT concat_ws(' ', 'schema', n.nspname, n.nspowner::regrole,
      ${grants('n.nspacl', 'n.nspowner', `'n'`)}) FROM pg_namespace n WHERE ${OURS}`,
  `SELECT concat_ws(' ', 'relation', c.oid::regclass, c.relkind, c.relowner::regrole, c.relrowsecurity,
      c.relforcerowsecurity, c.reloptions, obj_description(c.oid, 'pg_class'),
      ${grants('c.relacl', 'c.relowner', RELATION)})
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS}`,
  `SELECT concat_ws(' ', 'column', c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod),
      a.attnotnull, a.attgenerated, a.attidentity, a.attstorage, a.attcollation::regcollation,
      pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum))
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind = 'r' AND ${OURS}`,
  // NOT NULL is the column's above; from 18 on it is a constraint as well.
  `SELECT concat_ws(' ', 'constraint', c.conrelid::regclass, c.conname, c.convalidated, pg_get_constraintdef(c.oid))
     FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
    WHERE c.conrelid <> 0 AND c.contype <> 'n' AND ${OURS}`,
  `SELECT concat_ws(' ', 'index', pg_get_indexdef(i.indexrelid), i.indisvalid)
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS}`,
  `SELECT concat_ws(' ', 'trigger', t.tgenabled, pg_get_triggerdef(t.oid))
     FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND p.pronamespace = c.relnamespace AND ${OURS}`,
  `SELECT concat_ws(' ', 'function', p.proowner::regrole, pg_get_functiondef(p.oid), obj_description(p.oid, 'pg_proc'),
      ${grants('p.proacl', 'p.proowner', `'f'`)})
     FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${OURS}`,
  `SELECT concat_ws(' ', 'enum', t.oid::regtype, t.typowner::regrole, string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder))
     FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_enum e ON e.enumtypid = t.oid
    WHERE ${OURS} GROUP BY t.oid`,
  `SELECT concat_ws(' ', 'policy', p.polrelid::regclass, p.polname, p.polcmd, p.polroles::regrole[],
      pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) FROM pg_policy p`,
];

/** The two schemas of a database as text, the same on every version where the schemas are. */
export async function catalogLines(url: string): Promise<readonly string[]> {
  const rows = await rowsAt<{ line: string }>(
    url,
    `SELECT line FROM (${CATALOG.join(' UNION ALL ')}) AS c (line) ORDER BY line COLLATE "C"`,
  );
  return rows.map(({ line }) => line);
}
