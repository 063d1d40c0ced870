import type { Client } from 'pg';
import { z } from 'zod';
import { listed } from '../../../workflows/domain/findings';
import { SERVICE_ROLES } from '../schema';
import { queryCatalog } from '../session/prepared';

const moverRow = z.object({
  role: z.string(),
  login: z.string(),
  /** The role's name as SQL reads it. */
  quoted: z.string(),
  superuser: z.boolean(),
  createdb: z.boolean(),
  createrole: z.boolean(),
  bypassrls: z.boolean(),
  inherit: z.boolean(),
  /** Whether a membership has options of its own, as since PostgreSQL 16. */
  modern: z.boolean(),
  /** Other roles that would have what is granted to this one; no superusers. */
  members: z.array(z.string()),
  /** Statements after which the login works as itself. */
  resets: z.array(z.string()),
});

/** The role that a session works as, and who else would get what is granted to it. */
export type Mover = Readonly<z.infer<typeof moverRow>>;

/** Roles that services sign in with, or act as for their users: what these can do, users can reach. */
const SHARED_ROLES: readonly string[] = [
  ...SERVICE_ROLES,
  ...['dashboard_user', 'pgbouncer', 'supabase_functions_admin', 'supabase_realtime_admin'],
  ...['supabase_read_only_user', 'supabase_replication_admin'],
];

/** Whether a right may be offered to the role: it is the login itself, and no one else would get it. */
export function isOwnRole({ role, login, members }: Mover): boolean {
  return role === login && members.length === 0 && !SHARED_ROLES.includes(role);
}

/** Reads who the session works as. Works even if the role may do nothing at all. */
export async function readMover(client: Client): Promise<Mover> {
  const result = await queryCatalog(
    client,
    `
    SELECT r.rolname::text AS role, session_user::text AS login, quote_ident(r.rolname) AS quoted,
           r.rolsuper AS superuser, r.rolcreatedb AS createdb, r.rolcreaterole AS createrole,
           r.rolbypassrls AS bypassrls, r.rolinherit AS inherit, v.modern,
           ARRAY(SELECT m.rolname::text FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member
                  WHERE a.roleid = r.oid AND NOT m.rolsuper
                    AND (NOT v.modern OR (to_jsonb(a) ->> 'inherit_option')::boolean
                                      OR (to_jsonb(a) ->> 'set_option')::boolean)
                  ORDER BY 1) AS members,
           ARRAY(${RESETS}) AS resets
      FROM pg_roles r, (SELECT current_setting('server_version_num')::int >= 160000 AS modern) v
     WHERE r.rolname = current_user`,
  );
  return moverRow.parse(result.rows[0]);
}

/** A setting of the database is everyone's: it is overruled for the login, not taken away. */
const RESETS = `
  SELECT CASE WHEN s.setdatabase = 0 THEN format('ALTER ROLE %I RESET role', session_user)
              WHEN s.setrole = 0 THEN format('ALTER ROLE %I IN DATABASE %I SET role = none', session_user, current_database())
              ELSE format('ALTER ROLE %I IN DATABASE %I RESET role', session_user, current_database()) END
    FROM pg_db_role_setting s, unnest(s.setconfig) AS entry
   WHERE entry LIKE 'role=%'
     AND (s.setdatabase = 0 OR s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()))
     AND (s.setrole = 0 OR s.setrole = (SELECT oid FROM pg_roles WHERE rolname = session_user))
   ORDER BY 1`;

const reachRow = z.object({
  role: z.string(),
  quoted: z.string(),
  /** Whether the session's role may hand something to the role. */
  maySet: z.boolean(),
  /** Whether it has the role's rights without becoming it. */
  inherits: z.boolean(),
  /** Whether the role has a superuser's power, itself or by a membership. */
  powerful: z.boolean(),
});

/** How far the session's role can act as another one. */
export type Reach = Readonly<z.infer<typeof reachRow>>;

/**
 * Reads how far the session's role reaches. To hand an object to a role one must be able to SET ROLE to it,
 * and to work on it afterwards one must inherit from it. PostgreSQL 16 made the two options of a
 * membership; before, inheriting was a property of the member. Roles that do not exist are passed over.
 */
export async function readReach(
  client: Client,
  roles: readonly string[],
): Promise<readonly Reach[]> {
  const result = await queryCatalog(client, REACH, [roles]);
  return z.array(reachRow).parse(result.rows);
}

/** Predefined roles whose members can become the superuser by way of the server's files. */
const SERVER_FILES = `'pg_execute_server_program', 'pg_write_server_files', 'pg_read_server_files'`;

const REACH = `
WITH RECURSIVE above (role, through) AS (
  SELECT r.oid, r.oid FROM pg_roles r WHERE r.rolname = ANY ($1)
  UNION
  SELECT a.role, m.roleid FROM above a JOIN pg_auth_members m ON m.member = a.through)
SELECT r.rolname::text AS role, quote_ident(r.rolname) AS quoted,
       pg_has_role(r.oid, CASE WHEN current_setting('server_version_num')::int >= 160000
                               THEN 'SET' ELSE 'MEMBER' END) AS "maySet",
       pg_has_role(r.oid, 'USAGE') AS inherits,
       EXISTS (SELECT FROM above a JOIN pg_roles t ON t.oid = a.through
                WHERE a.role = r.oid AND (t.rolsuper OR t.rolname IN (${SERVER_FILES}))) AS powerful
  FROM pg_roles r WHERE r.rolname = ANY ($1) ORDER BY 1`;

/** Whether the session's role cannot give an object to the role and work on it afterwards. */
export function isOutOfReach({ maySet, inherits }: Reach): boolean {
  return !(maySet && inherits);
}

/** The statements, if the role alone would get what they give; else what to do in their place. */
export function remedy(mover: Mover, statements: readonly string[]): string {
  return isOwnRole(mover) ? offered(statements) : withheld(mover);
}

/** What to do in place of a grant that others would get as well. */
export function withheld({ role, login, members, resets }: Mover): string {
  if (role !== login) {
    const how =
      resets.length > 0
        ? offered(resets)
        : `take "role" out of the options of the connection's URL`;
    return `no right is offered to "${role}", which others act as too; let the login "${login}" work as itself: ${how}`;
  }
  const why =
    members.length > 0
      ? `its members would have it too (${listed(members, ', ')})`
      : 'a service signs in with it';
  return `no right is offered to "${role}", because ${why}; name a login of its own for moveout in the connection's URL`;
}

const BY_SUPERUSER =
  "use a superuser's login in the connection's URL; no statement is offered, since it would give the role a superuser's power";

/** The statements for an operator to run, or what to do if none should be offered. */
export function offered(statements: readonly string[]): string {
  if (statements.length === 0) return BY_SUPERUSER;
  return listed(
    statements.map((text) => `${text};`),
    ' ',
  );
}

/** The missing rights, grouped by kind. */
export function byKind<Right extends { readonly kind: string }>(
  missing: readonly Right[],
): readonly (readonly [Right['kind'], readonly Right[]])[] {
  const kinds = [...new Set(missing.map(({ kind }): Right['kind'] => kind))];
  return kinds.map((kind) => [kind, missing.filter((right) => right.kind === kind)]);
}
