import { z } from 'zod';
import type { Fact, StableId } from '@supabase/pg-delta';
import type { Extent } from '../../../workflows/domain/extent';
import type { LeftOut } from './script';
import { inExtentLiteral, texts, type Ask } from './supplements/supplement';

const ROW = z.object({
  kind: z.string(),
  schema: z.string(),
  /** The table of what is part of one, else nothing. */
  table: z.string(),
  name: z.string(),
  object: z.string(),
  needs: z.string(),
});

/** An object of the extent, and what it needs from outside that the schema engine does not read. */
export type OutsideNeed = Readonly<z.infer<typeof ROW>>;

/** Kinds of objects that the schema engine does not read, with the column of their schema. */
export const UNREAD_KINDS = [
  ['pg_operator', 'oprnamespace'],
  ['pg_opclass', 'opcnamespace'],
  ['pg_opfamily', 'opfnamespace'],
  ['pg_conversion', 'connamespace'],
  ['pg_ts_config', 'cfgnamespace'],
  ['pg_ts_dict', 'dictnamespace'],
  ['pg_ts_parser', 'prsnamespace'],
  ['pg_ts_template', 'tmplnamespace'],
] as const;

/** What can need such an object: `part` of a relation, or `apart` from one. */
const PARTS = `part AS (
  SELECT 'pg_constraint'::regclass AS classid, k.oid, k.conrelid AS relation, 'constraint' AS kind, k.conname AS name
    FROM pg_constraint k WHERE k.conrelid <> 0
  UNION ALL SELECT 'pg_class'::regclass, x.oid, i.indrelid, 'index', x.relname
    FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
  UNION ALL SELECT 'pg_class'::regclass, t.oid, t.oid, 'table', t.relname FROM pg_class t WHERE t.relkind IN ('r', 'p')
  UNION ALL SELECT 'pg_attrdef'::regclass, f.oid, f.adrelid,
                   CASE a.attgenerated WHEN '' THEN 'default' ELSE 'column' END, a.attname
    FROM pg_attrdef f JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
  UNION ALL SELECT 'pg_policy'::regclass, p.oid, p.polrelid, 'policy', p.polname FROM pg_policy p
  UNION ALL SELECT 'pg_trigger'::regclass, g.oid, g.tgrelid, 'trigger', g.tgname FROM pg_trigger g
  UNION ALL SELECT 'pg_rewrite'::regclass, r.oid, r.ev_class,
                   CASE WHEN r.rulename <> '_RETURN' THEN 'rule' WHEN v.relkind = 'm' THEN 'materializedView' ELSE 'view' END,
                   CASE WHEN r.rulename <> '_RETURN' THEN r.rulename ELSE v.relname END
    FROM pg_rewrite r JOIN pg_class v ON v.oid = r.ev_class
), apart AS (
  SELECT 'pg_proc'::regclass AS classid, p.oid, 'other' AS kind, n.nspname AS schema, p.proname AS name,
         (pg_identify_object('pg_proc'::regclass, p.oid, 0)).type || ' ' || (pg_identify_object('pg_proc'::regclass, p.oid, 0)).identity AS object
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  UNION ALL SELECT 'pg_constraint'::regclass, k.oid, 'domain', n.nspname, t.typname, format('domain %I.%I', n.nspname, t.typname)
    FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid JOIN pg_namespace n ON n.oid = t.typnamespace
  UNION ALL SELECT 'pg_type'::regclass, t.oid, CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, n.nspname, t.typname,
                   format('%s %I.%I', CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, n.nspname, t.typname)
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
)
`;

/** Reads what the extent needs of other schemas in operators, operator classes and text search, extensions aside. */
export async function readOutsideNeeds(ask: Ask, extent: Extent): Promise<readonly OutsideNeed[]> {
  const outside = UNREAD_KINDS.map(
    ([catalog, column]) => `
  SELECT '${catalog}'::regclass AS classid, o.oid FROM pg_catalog.${catalog} o JOIN pg_namespace n ON n.oid = o.${column}
   WHERE n.nspname <> 'pg_catalog' AND n.nspname <> ALL (${texts(extent.schemas)})
     AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = '${catalog}'::regclass AND x.objid = o.oid AND x.deptype = 'e')`,
  );
  return ROW.array().parse(
    await ask(`
WITH outside AS (${outside.join('\n  UNION ALL')}
), user_of AS (
  SELECT d.classid, d.objid, (i.type || ' ' || i.identity) AS needs
    FROM outside o
    JOIN pg_depend d ON d.refclassid = o.classid AND d.refobjid = o.oid AND d.deptype IN ('n', 'a')
   CROSS JOIN LATERAL pg_identify_object(o.classid, o.oid, 0) AS i
), ${PARTS}SELECT p.kind, n.nspname AS schema, CASE WHEN p.kind IN ('index', 'table', 'view', 'materializedView') THEN '' ELSE c.relname END AS table,
       p.name, (pg_identify_object(u.classid, u.objid, 0)).type || ' ' || (pg_identify_object(u.classid, u.objid, 0)).identity AS object,
       min(u.needs) AS needs
  FROM user_of u
  JOIN part p ON p.classid = u.classid AND p.oid = u.objid
  JOIN pg_class c ON c.oid = p.relation
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE ${inExtentLiteral(extent)}
 GROUP BY 1, 2, 3, 4, 5
UNION ALL
SELECT a.kind, a.schema, '', a.name, a.object, min(u.needs)
  FROM user_of u JOIN apart a ON a.classid = u.classid AND a.oid = u.objid
 WHERE a.schema = ANY (${texts(extent.schemas)})
 GROUP BY 1, 2, 3, 4, 5
 ORDER BY 1, 2, 3, 4`),
  );
}

/** Divides the needs into those of facts, with the fact's id, and those of objects that are no facts. */
export function needsOfFacts(
  facts: readonly Fact[],
  needs: readonly OutsideNeed[],
): { readonly dropped: readonly (readonly [StableId, string])[]; readonly others: LeftOut[] } {
  const byKey = new Map(facts.map(({ id }) => [keyOf(id), id]));
  const dropped: (readonly [StableId, string])[] = [];
  const others: LeftOut[] = [];
  for (const { kind, schema, table, name, object, needs: what } of needs) {
    const id = byKey.get(JSON.stringify([kind, schema, table, name]));
    if (id === undefined) others.push({ object, because: `needs ${what}` });
    else dropped.push([id, `needs ${what}`]);
  }
  return { dropped, others };
}

function keyOf(id: StableId): string {
  const table = 'table' in id ? id.table : '';
  return JSON.stringify([
    id.kind,
    'schema' in id ? id.schema : '',
    table,
    'name' in id ? id.name : '',
  ]);
}
