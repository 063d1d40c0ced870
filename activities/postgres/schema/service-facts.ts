import type { ClientBase } from 'pg';
import { z } from 'zod';
import { isUnknownSetting } from './unknown-options';
import { queryCatalog } from '../session/prepared';

/** The roles that Auth, Storage and the API of a Supabase-style stack log in as, or take on. */
export const SERVICE_ROLES: readonly string[] = [
  ...['anon', 'authenticated', 'service_role', 'authenticator'],
  ...['supabase_auth_admin', 'supabase_storage_admin'],
];

const setting = z.object({ name: z.string(), value: z.string() });

const ROLE = z.object({
  name: z.string(),
  login: z.boolean(),
  inherit: z.boolean(),
  superuser: z.boolean(),
  createdb: z.boolean(),
  createrole: z.boolean(),
  replication: z.boolean(),
  bypassrls: z.boolean(),
  /** -1: none. */
  connectionLimit: z.number(),
  /** Settings of the role in every database. The values of custom ones (with a dot) may be secrets. */
  settings: z.array(setting),
  /** The roles among those recorded that it is a member of. */
  memberOf: z.array(z.object({ role: z.string(), admin: z.boolean() })),
  /** Whether it may connect to the database that was read. */
  connects: z.boolean(),
});

/** One role as a server has it; never its password. */
export type RoleFacts = Readonly<z.infer<typeof ROLE>>;

export const SERVICE_FACTS = z.object({
  owner: z.string(),
  /** -1: none. */
  connectionLimit: z.number(),
  /** What follows `GRANT` in the statements that give rights on the schema `public`. */
  publicGrants: z.array(z.string()),
  /** Statements that set default privileges in the schema `public`, and the role that each is for. */
  defaultPrivileges: z.array(z.string()),
  extensions: z.array(z.object({ name: z.string(), schema: z.string() })),
  roles: z.array(ROLE),
});

/** What a service needs of a database and its server to start, besides the schemas that move. */
export type ServiceFacts = Readonly<z.infer<typeof SERVICE_FACTS>>;

/** Reads what a service needs to start; of the service roles and those named, as far as the server has them. */
export async function readServiceFacts(
  client: ClientBase,
  roles: readonly string[],
): Promise<ServiceFacts> {
  const names = [...new Set([...SERVICE_ROLES, ...roles])].filter(
    (name) => name !== 'PUBLIC' && !name.startsWith('pg_'),
  );
  const { rows } = await queryCatalog(client, STATEMENT, [names]);
  return SERVICE_FACTS.parse(rows[0]);
}

const ROLES = `
  SELECT coalesce(json_agg(json_build_object(
           'name', r.rolname, 'login', r.rolcanlogin, 'inherit', r.rolinherit, 'superuser', r.rolsuper,
           'createdb', r.rolcreatedb, 'createrole', r.rolcreaterole, 'replication', r.rolreplication,
           'bypassrls', r.rolbypassrls, 'connectionLimit', r.rolconnlimit,
           'connects', has_database_privilege(r.oid, d.oid, 'CONNECT'),
           'settings', coalesce((
             SELECT json_agg(json_build_object('name', split_part(e, '=', 1), 'value', substr(e, strpos(e, '=') + 1)))
               FROM unnest(r.rolconfig) AS e WHERE NOT (${isUnknownSetting("split_part(e, '=', 1)")})), '[]'),
           'memberOf', coalesce((
             SELECT json_agg(json_build_object('role', g.name, 'admin', g.admin) ORDER BY g.name)
               FROM (SELECT t.rolname AS name, bool_or(m.admin_option) AS admin
                       FROM pg_auth_members m JOIN pg_roles t ON t.oid = m.roleid
                      WHERE m.member = r.oid AND t.rolname = ANY ($1) GROUP BY 1) AS g), '[]'))
         ORDER BY r.rolname), '[]')
    FROM pg_roles r WHERE r.rolname = ANY ($1)`;

/** Rights of the schema's owner are its own in every database. */
const PUBLIC_GRANTS = `
  SELECT coalesce(json_agg(line ORDER BY line), '[]')
    FROM (SELECT format('%s ON SCHEMA public TO %s%s', string_agg(e.privilege_type, ', ' ORDER BY e.privilege_type),
                        CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END,
                        CASE WHEN e.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS line
            FROM pg_namespace n, aclexplode(n.nspacl) AS e LEFT JOIN pg_roles r ON r.oid = e.grantee
           WHERE n.nspname = 'public' AND e.grantee <> n.nspowner AND (e.grantee = 0 OR r.rolname = ANY ($1))
           GROUP BY e.grantee, r.rolname, e.is_grantable) AS l`;

const DEFAULT_PRIVILEGES = `
  SELECT coalesce(json_agg(line ORDER BY line), '[]')
    FROM (SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA public GRANT %s ON %s TO %s', o.owner,
                        o.privileges, o.kind, string_agg(o.grantee, ', ' ORDER BY o.grantee)) AS line
            FROM (SELECT pg_get_userbyid(a.defaclrole) AS owner,
                         CASE a.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
                                              WHEN 'T' THEN 'TYPES' END AS kind,
                         string_agg(e.privilege_type, ', ' ORDER BY e.privilege_type) AS privileges,
                         CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END AS grantee
                    FROM pg_default_acl a JOIN pg_namespace n ON n.oid = a.defaclnamespace,
                         aclexplode(a.defaclacl) AS e LEFT JOIN pg_roles r ON r.oid = e.grantee
                   WHERE n.nspname = 'public' AND a.defaclobjtype IN ('r', 'S', 'f', 'T')
                     AND (e.grantee = 0 OR r.rolname = ANY ($1))
                   GROUP BY a.defaclrole, a.defaclobjtype, e.grantee, r.rolname) AS o
           GROUP BY o.owner, o.privileges, o.kind) AS l`;

const STATEMENT = `
SELECT pg_get_userbyid(d.datdba)::text AS owner, d.datconnlimit AS "connectionLimit",
       (${PUBLIC_GRANTS}) AS "publicGrants", (${DEFAULT_PRIVILEGES}) AS "defaultPrivileges",
       (SELECT coalesce(json_agg(json_build_object('name', x.extname, 'schema', n.nspname) ORDER BY x.extname), '[]')
          FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace) AS extensions,
       (${ROLES}) AS roles
  FROM pg_database d WHERE d.datname = current_database()`;
