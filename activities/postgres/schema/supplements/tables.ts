import { z } from 'zod';
import type { Extent } from '../../../../workflows/domain/extent';
import { ident, literal } from '../../identifiers';
import { inExtentLiteral, type Ask, type Supplement } from './supplement';

/** The index that a table is clustered on, and statistics objects. */
export async function readTableSettings(ask: Ask, extent: Extent): Promise<readonly Supplement[]> {
  return [
    ...CLUSTER.array()
      .parse(await ask(clusterIndexes(extent)))
      .map(clusterSupplement),
    ...STATISTICS.array()
      .parse(await ask(statisticsObjects(extent)))
      .map(statisticsSupplement),
  ];
}

const CLUSTER = z.object({
  schema: z.string(),
  table: z.string(),
  index: z.string(),
  /** Whether the index is that of a constraint of the same name. */
  constraint: z.boolean(),
});
const STATISTICS = z.object({
  schema: z.string(),
  table: z.string(),
  name: z.string(),
  definition: z.string(),
  owner: z.string(),
  target: z.number().nullable(),
  comment: z.string().nullable(),
  columns: z.array(z.string()),
});

function clusterIndexes(extent: Extent): string {
  return `
SELECT n.nspname AS schema, c.relname AS table, x.relname AS index,
       EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.oid AND k.contype IN ('p', 'u', 'x')) AS constraint
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indrelid
  JOIN pg_class x ON x.oid = i.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE i.indisclustered AND ${inExtentLiteral(extent)}
 ORDER BY 1, 2`;
}

function statisticsObjects(extent: Extent): string {
  return `
SELECT n.nspname AS schema, s.stxname AS name, c.relname AS table,
       pg_get_statisticsobjdef(s.oid) AS definition, pg_get_userbyid(s.stxowner) AS owner,
       NULLIF(s.stxstattarget, -1)::int AS target, obj_description(s.oid, 'pg_statistic_ext') AS comment,
       ARRAY(SELECT DISTINCT a.attname::text FROM pg_depend d
               JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
              WHERE d.classid = 'pg_statistic_ext'::regclass AND d.objid = s.oid
                AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND d.refobjsubid > 0) AS columns
  FROM pg_statistic_ext s
  JOIN pg_class c ON c.oid = s.stxrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace AND n.oid = s.stxnamespace
 WHERE ${inExtentLiteral(extent)}
 ORDER BY 1, 2`;
}

function clusterSupplement({
  schema,
  table,
  index,
  constraint,
}: z.infer<typeof CLUSTER>): Supplement {
  const statement = `ALTER TABLE ${ident(schema)}.${ident(table)} CLUSTER ON ${ident(index)}`;
  return {
    id: { kind: 'table', schema, name: table },
    attribute: 'clusterOn',
    value: index,
    part: 'after',
    statements: [statement],
    roles: [],
    needs: [
      constraint
        ? { kind: 'constraint', schema, table, name: index }
        : { kind: 'index', schema, name: index },
    ],
  };
}

function statisticsSupplement(row: z.infer<typeof STATISTICS>): Supplement {
  const name = `${ident(row.schema)}.${ident(row.name)}`;
  const target = row.target?.toString();
  const { comment } = row;
  return {
    id: { kind: 'table', schema: row.schema, name: row.table },
    attribute: `statistics ${row.name}`,
    value: `${row.definition} owner ${row.owner} target ${target ?? 'default'}${comment === null ? '' : ` comment ${comment}`}`,
    part: 'after',
    statements: [
      row.definition,
      `ALTER STATISTICS ${name} OWNER TO ${ident(row.owner)}`,
      ...(target === undefined ? [] : [`ALTER STATISTICS ${name} SET STATISTICS ${target}`]),
      ...(comment === null ? [] : [`COMMENT ON STATISTICS ${name} IS ${literal(comment)}`]),
    ],
    roles: [row.owner],
    owner: row.owner,
    needs: row.columns.map((column) => ({
      kind: 'column',
      schema: row.schema,
      table: row.table,
      name: column,
    })),
  };
}

/** Privileges on the sequences of identity columns, if they are not the owner's default. */
export async function readIdentitySequences(
  ask: Ask,
  extent: Extent,
): Promise<readonly Supplement[]> {
  return SEQUENCE.array()
    .parse(await ask(identitySequences(extent)))
    .map(sequenceSupplement);
}

const SEQUENCE = z.object({
  schema: z.string(),
  table: z.string(),
  column: z.string(),
  sequence: z.string(),
  owner: z.string(),
  grants: z.array(z.object({ grantee: z.string(), privilege: z.string(), grantable: z.boolean() })),
});

function identitySequences(extent: Extent): string {
  return `
SELECT n.nspname AS schema, c.relname AS table, a.attname AS column, s.relname AS sequence,
       pg_get_userbyid(s.relowner) AS owner,
       (SELECT json_agg(json_build_object('grantee', COALESCE(r.rolname, 'PUBLIC'),
                 'privilege', e.privilege_type, 'grantable', e.is_grantable)
               ORDER BY COALESCE(r.rolname, 'PUBLIC'), e.privilege_type)
          FROM aclexplode(s.relacl) e LEFT JOIN pg_roles r ON r.oid = e.grantee) AS grants
  FROM pg_class s
  JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype = 'i'
                  AND d.refclassid = 'pg_class'::regclass
  JOIN pg_class c ON c.oid = d.refobjid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
 WHERE s.relkind = 'S' AND s.relacl <> acldefault('s', s.relowner) AND ${inExtentLiteral(extent)}
 ORDER BY 1, 2, 3`;
}

function sequenceSupplement(row: z.infer<typeof SEQUENCE>): Supplement {
  const sequence = `SEQUENCE ${ident(row.schema)}.${ident(row.sequence)}`;
  const grants = row.grants.map(({ grantee, privilege, grantable }) => {
    const to = grantee === 'PUBLIC' ? grantee : ident(grantee);
    return `GRANT ${privilege} ON ${sequence} TO ${to}${grantable ? ' WITH GRANT OPTION' : ''}`;
  });
  return {
    id: { kind: 'column', schema: row.schema, table: row.table, name: row.column },
    attribute: 'sequencePrivileges',
    value: JSON.stringify(row.grants),
    part: 'before',
    statements: [`REVOKE ALL ON ${sequence} FROM ${ident(row.owner)}`, ...grants],
    roles: [row.owner, ...row.grants.map(({ grantee }) => grantee)],
  };
}
