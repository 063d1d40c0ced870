import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import { ident } from '../identifiers';
import { inExtent } from './beside';
import type { Ask, Supplement } from './beside';

/** Privileges on the sequences of identity columns, where they are not the owner's default. */
export async function readIdentitySequences(
  ask: Ask,
  extent: Extent,
): Promise<readonly Supplement[]> {
  return SEQUENCE.array()
    .parse(await ask(identitySequences(extent)))
    .map(besideSequence);
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
 WHERE s.relkind = 'S' AND s.relacl <> acldefault('s', s.relowner) AND ${inExtent(extent)}
 ORDER BY 1, 2, 3`;
}

function besideSequence(row: z.infer<typeof SEQUENCE>): Supplement {
  const sequence = `SEQUENCE ${ident(row.schema)}.${ident(row.sequence)}`;
  const grants = row.grants.map(({ grantee, privilege, grantable }) => {
    const to = grantee === 'PUBLIC' ? grantee : ident(grantee);
    return `GRANT ${privilege} ON ${sequence} TO ${to}${grantable ? ' WITH GRANT OPTION' : ''}`;
  });
  return {
    id: { kind: 'column', schema: row.schema, table: row.table, name: row.column },
    attribute: 'sequencePrivileges',
    value: JSON.stringify(row.grants),
    half: 'before',
    statements: [`REVOKE ALL ON ${sequence} FROM ${ident(row.owner)}`, ...grants],
    roles: [row.owner, ...row.grants.map(({ grantee }) => grantee)],
  };
}
