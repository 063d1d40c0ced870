import type { Client } from 'pg';
import { z } from 'zod';
import { listed, problem, type Findings } from '../../../workflows/domain/findings';
import { parseSnapshot } from '../schema';

/** What the run would make, and what stands in the target. */
export interface ObjectsToMake {
  readonly database: string;
  /** The schema that will be made, as a snapshot. */
  readonly snapshot: string;
  /** What of the target gives way to it, as a snapshot; `undefined` if nothing does. */
  readonly own: string | undefined;
  /** The schemas that are made whole. */
  readonly schemas: readonly string[];
}

/**
 * Objects of other schemas stop the run (`object-exists`) if they would have to be made and are there already: they are
 * somebody else's, and no restore would bring them back. So do others that need those which give way (`schema-stays`).
 */
export async function checkExistingObjects(
  client: Client,
  making: ObjectsToMake,
): Promise<Findings> {
  const { database, snapshot, schemas } = making;
  const own = making.own === undefined ? [] : named(making.own);
  const known = new Set(own.map(({ kind, name }) => `${kind} ${name}`));
  const made = named(snapshot).filter(({ kind, name }) => !known.has(`${kind} ${name}`));
  const existing = await ask(client, EXISTING, { objects: made, schemas });
  if (existing.length > 0) {
    return problem('object-exists', [
      `in the target "${database}", these are there already and would have to be made: ${listed(existing, ', ')}; take them away or rename them there, or name another database`,
    ]);
  }
  const needing = own.length === 0 ? [] : await ask(client, NEEDING, { objects: own, schemas });
  return problem(
    'schema-stays',
    needing.length === 0
      ? []
      : [
          `what stands in the target "${database}" cannot give way, since these need it: ${listed(needing, ', ')}; drop them there, or name another database`,
        ],
  );
}

interface NamedObject {
  readonly kind: string;
  /** With its schema, as SQL writes it. */
  readonly name: string;
}

const KIND =
  /^(schema|type|domain|collation|sequence|table|index|function|procedure|aggregate) (.+)$/s;
const CONSTRAINT = /^constraint (.+) on ((?:"(?:[^"]|"")*"|[^."]+)\.)/s;

/** The objects of a snapshot that have a name of their own in their schema; constraints have that of their index. */
function named(snapshot: string): readonly NamedObject[] {
  return Object.entries(parseSnapshot(snapshot).objects).flatMap(([object, { is }]) => {
    const [, kind, name] = KIND.exec(object) ?? [];
    if (kind !== undefined && name !== undefined) return [{ kind, name }];
    const [, constraint, schema] = CONSTRAINT.exec(object) ?? [];
    if (constraint === undefined || schema === undefined) return [];
    return ['p', 'u', 'x'].includes(is['type'] ?? '')
      ? [{ kind: 'index', name: `${schema}${constraint}` }]
      : [];
  });
}

interface Asking {
  readonly objects: readonly NamedObject[];
  readonly schemas: readonly string[];
}

const answer = z.array(z.object({ object: z.string() }));

async function ask(
  client: Client,
  statement: string,
  { objects, schemas }: Asking,
): Promise<readonly string[]> {
  const kinds = objects.map(({ kind }) => kind);
  const names = objects.map(({ name }) => name);
  const result = await client.query(statement, [kinds, names, schemas]);
  return answer.parse(result.rows).map(({ object }) => object);
}

/** The objects of other schemas that are there, by the catalog that they stand in. */
const FOUND = `
WITH asked AS (
  SELECT kind, name FROM unnest($1::text[], $2::text[]) AS o (kind, name)
   WHERE (parse_ident(name, false))[1] <> ALL ($3::text[])
), found AS (
  SELECT kind || ' ' || name AS object,
         CASE WHEN kind = 'schema' THEN 'pg_namespace'
              WHEN kind = 'collation' THEN 'pg_collation'
              WHEN kind IN ('type', 'domain') THEN 'pg_type'
              WHEN kind IN ('function', 'procedure', 'aggregate') THEN 'pg_proc'
              ELSE 'pg_class' END::regclass AS classid,
         CASE WHEN kind = 'schema' THEN to_regnamespace(name)::oid
              WHEN kind = 'collation' THEN to_regcollation(name)::oid
              WHEN kind IN ('type', 'domain') THEN to_regtype(name)::oid
              WHEN kind IN ('function', 'procedure', 'aggregate') THEN to_regprocedure(name)::oid
              ELSE to_regclass(name)::oid END AS oid
    FROM asked)`;

const EXISTING = `${FOUND} SELECT object FROM found WHERE oid IS NOT NULL ORDER BY 1`;

/** What depends on them and is neither one of them, nor part of one, nor in the schemas that are made whole. */
const NEEDING = `${FOUND}, root AS (
  SELECT classid, oid FROM found WHERE oid IS NOT NULL AND classid <> 'pg_namespace'::regclass
  UNION SELECT 'pg_type'::regclass, c.reltype FROM found f JOIN pg_class c ON f.classid = 'pg_class'::regclass AND c.oid = f.oid
), dependent AS (
  SELECT d.classid, d.objid, d.objsubid, coalesce(k.conrelid, r.ev_class, f.adrelid, g.tgrelid, p.polrelid, c.oid) AS relation
    FROM root o
    JOIN pg_depend d ON d.refclassid = o.classid AND d.refobjid = o.oid AND d.deptype = 'n'
    LEFT JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid
    LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
    LEFT JOIN pg_trigger g ON d.classid = 'pg_trigger'::regclass AND g.oid = d.objid
    LEFT JOIN pg_policy p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
    LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
)
SELECT DISTINCT CASE WHEN w.relkind IN ('v', 'm') THEN v.type || ' ' || v.identity ELSE i.type || ' ' || i.identity END AS object
  FROM dependent d
  LEFT JOIN pg_index x ON x.indexrelid = d.relation
  LEFT JOIN pg_class w ON w.oid = coalesce(x.indrelid, NULLIF(d.relation, 0))
 CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) AS i
 CROSS JOIN LATERAL pg_identify_object('pg_class'::regclass, coalesce(w.oid, 'pg_class'::regclass), 0) AS v
 WHERE NOT EXISTS (SELECT FROM root o WHERE o.classid = 'pg_class'::regclass AND o.oid = w.oid)
   AND NOT EXISTS (SELECT FROM root o WHERE o.classid = d.classid AND o.oid = d.objid)
   AND coalesce(w.relnamespace::regnamespace::text, i.schema, '') <> ALL ($3::text[])
 ORDER BY 1`;
