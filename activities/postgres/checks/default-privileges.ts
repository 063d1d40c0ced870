import { NO_FINDINGS, listed, problem, type Findings } from '../../../workflows/domain/findings';
import type { Client } from 'pg';
import { z } from 'zod';
import { ident } from '../identifiers';
import { privilegesInSnapshot } from '../schema';

const changeRow = z.object({
  role: z.string(),
  /** The schema that it is limited to; null for all schemas. */
  schema: z.string().nullable(),
  /** `pg_default_acl.defaclobjtype`. */
  kind: z.enum(['r', 'S', 'f', 'T', 'n']),
  grantee: z.string(),
  privilege: z.string(),
  grantable: z.boolean(),
  /** The statement that resolves it: for an extra privilege, a missing one, or an extra grant option. */
  remedy: z.enum(['revoke', 'grant', 'revoke-option']),
});

/** A privilege by which what the session's role creates differs from what PostgreSQL gives by itself. */
export type DefaultPrivilege = z.infer<typeof changeRow>;

/**
 * Reads how the default privileges of the session's role differ from PostgreSQL's own. Those that are limited to one of
 * the schemas that are `made` are not read: they go with the schema, or are not there yet.
 */
export async function readDefaultPrivileges(
  client: Client,
  made: readonly string[],
): Promise<readonly DefaultPrivilege[]> {
  const result = await client.query(DIFFERENT, [made]);
  return z.array(changeRow).parse(result.rows);
}

/** In `acldefault` a sequence is `s`, while `S` is a foreign server. An entry of one schema only adds to what is global. */
const DIFFERENT = `
WITH entry AS (
  SELECT a.defaclrole AS role, n.nspname AS schema, a.defaclobjtype AS kind, a.defaclacl AS acl,
         CASE WHEN a.defaclnamespace <> 0 THEN NULL
              WHEN a.defaclobjtype = 'S' THEN acldefault('s', a.defaclrole)
              ELSE acldefault(a.defaclobjtype, a.defaclrole) END AS usual
    FROM pg_default_acl a LEFT JOIN pg_namespace n ON n.oid = a.defaclnamespace
   WHERE a.defaclrole = (SELECT oid FROM pg_roles WHERE rolname = current_user)
     AND a.defaclobjtype IN ('r', 'S', 'f', 'T', 'n')
     AND (n.nspname IS NULL OR n.nspname <> ALL ($1)))
SELECT pg_get_userbyid(e.role)::text AS role, e.schema::text, e.kind::text, d.privilege,
       coalesce(d.here, false) AS grantable,
       CASE d.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(d.grantee)::text END AS grantee,
       CASE WHEN d.here IS NULL THEN 'grant' WHEN d.usual IS NULL THEN 'revoke' ELSE 'revoke-option' END AS remedy
  FROM entry e, LATERAL (
    SELECT grantee, privilege_type AS privilege, h.is_grantable AS here, u.is_grantable AS usual
      FROM aclexplode(e.acl) AS h FULL JOIN aclexplode(e.usual) AS u USING (grantee, privilege_type)
     WHERE h.is_grantable IS DISTINCT FROM u.is_grantable) AS d
 ORDER BY e.schema NULLS FIRST, e.kind, grantee, remedy, d.privilege`;

const KINDS = {
  r: { words: ['table', 'view', 'materialized view', 'foreign table'], plural: 'TABLES' },
  S: { words: ['sequence'], plural: 'SEQUENCES' },
  f: { words: ['function', 'procedure', 'aggregate'], plural: 'FUNCTIONS' },
  T: { words: ['type', 'domain'], plural: 'TYPES' },
  n: { words: ['schema'], plural: 'SCHEMAS' },
} as const;

const MOST_STATEMENTS = 100;

/**
 * One problem (`default-privileges`) with the statements after which what is created from the snapshot in the
 * target gets the snapshot's privileges: one for each schema, kind and grantee.
 */
export function checkDefaultPrivileges(
  database: string,
  found: readonly DefaultPrivilege[],
  snapshot: string,
): Findings {
  const statements = statementsFor(found, snapshot);
  if (statements.length === 0) return NO_FINDINGS;
  const lines = listed(
    statements.map((text) => `${text};`),
    ' ',
    MOST_STATEMENTS,
  );
  return problem('default-privileges', [
    `in the target "${database}", default privileges would give wrong privileges to what is created there; run this first: ${lines}`,
  ]);
}

function statementsFor(found: readonly DefaultPrivilege[], snapshot: string): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const one of found) {
    const remedy = remedyFor(one, snapshot);
    if (remedy === undefined) continue;
    const key = statementFor({ ...one, remedy });
    groups.set(key, [...(groups.get(key) ?? []), one.privilege]);
  }
  return [...groups].map(([key, privileges]) => key.replace('|', () => privileges.join(', ')));
}

/** An extra privilege is wrong for an object that does not have it in the snapshot; a missing one, for an object that has it. */
function remedyFor(
  one: DefaultPrivilege,
  snapshot: string,
): DefaultPrivilege['remedy'] | undefined {
  const { grantee, role, schema, privilege, grantable, remedy } = one;
  // What its creator lacks, the owner lacks to whom the object is handed over.
  if (remedy === 'grant' && grantee === role) return remedy;
  const objects = privilegesInSnapshot(snapshot, { words: KINDS[one.kind].words, schema, grantee });
  if (remedy === 'grant') return objects.some(({ has }) => has(privilege)) ? remedy : undefined;
  if (remedy === 'revoke' && objects.some(({ has }) => !has(privilege))) return remedy;
  const isTooMuch = grantable && objects.some(({ mayGrant }) => !mayGrant(privilege));
  return isTooMuch ? 'revoke-option' : undefined;
}

/** With `|` in place of the privileges. */
function statementFor({ role, schema, kind, grantee, remedy }: DefaultPrivilege): string {
  const to = grantee === 'PUBLIC' ? grantee : ident(grantee);
  const within = schema === null ? '' : ` IN SCHEMA ${ident(schema)}`;
  const on = `ON ${KINDS[kind].plural}`;
  const change = {
    grant: `GRANT | ${on} TO ${to}`,
    revoke: `REVOKE | ${on} FROM ${to}`,
    'revoke-option': `REVOKE GRANT OPTION FOR | ${on} FROM ${to}`,
  }[remedy];
  return `ALTER DEFAULT PRIVILEGES FOR ROLE ${ident(role)}${within} ${change}`;
}
