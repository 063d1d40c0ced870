import type { Client } from 'pg';
import { z } from 'zod';
import { freezes, type RoleFacts } from '../schema';
import { findUnsettable } from './settings';
import { queryCatalog } from '../session/prepared';

const meRow = z.object({
  name: z.string(),
  superuser: z.boolean(),
  createrole: z.boolean(),
  createdb: z.boolean(),
  replication: z.boolean(),
  bypassrls: z.boolean(),
  version: z.number(),
  /** Roles that it may make others a member of. */
  administers: z.array(z.string()),
});

/** What the session's role may give to roles that it creates. */
export type RoleMaker = Readonly<z.infer<typeof meRow>>;

/** What a role has that its maker has to have too, or be a superuser: by the words of CREATE ROLE. */
export const ATTRIBUTES = {
  createdb: 'CREATEDB',
  createrole: 'CREATEROLE',
  replication: 'REPLICATION',
  bypassrls: 'BYPASSRLS',
} as const;

export type Attribute = keyof typeof ATTRIBUTES;

export const ATTRIBUTE_NAMES: readonly Attribute[] = [
  ...(['createdb', 'createrole', 'replication', 'bypassrls'] as const),
];

/** Reads what the session's role may give. */
export async function readRoleMaker(client: Client): Promise<RoleMaker> {
  const result = await queryCatalog(
    client,
    `SELECT me.rolname::text AS name, me.rolsuper AS superuser, me.rolcreaterole AS createrole,
            me.rolcreatedb AS createdb, me.rolreplication AS replication, me.rolbypassrls AS bypassrls,
            v.version, ARRAY(SELECT r.rolname::text FROM pg_roles r
                              WHERE pg_has_role(r.oid, 'MEMBER WITH ADMIN OPTION')
                                 OR me.rolcreaterole AND v.version < 160000 AND NOT r.rolsuper) AS administers
       FROM pg_roles me, (SELECT current_setting('server_version_num')::int AS version) AS v
      WHERE me.rolname = current_user`,
  );
  return meRow.parse(result.rows[0]);
}

/** Whether the maker may give an attribute to a role that it creates. */
export function mayGive(me: RoleMaker, attribute: Attribute): boolean {
  if (me.superuser) return true;
  if (attribute === 'createrole') return true;
  if (me.version >= 160000) return me[attribute];
  return attribute === 'createdb';
}

/** Whether the maker may make another role a member of the role, one of those that it creates or another. */
export function mayGrant(me: RoleMaker, role: string, created: readonly string[]): boolean {
  return me.superuser || created.includes(role) || me.administers.includes(role);
}

/**
 * The roles as they can be made: with the settings that the server takes from the session's role. Libraries are
 * loaded to try them, so the session must be used for nothing else.
 */
export async function settableRoles(
  client: Client,
  roles: readonly RoleFacts[],
): Promise<readonly RoleFacts[]> {
  const names = roles.map(({ name }) => name);
  const all = roles.flatMap(({ name, settings }) =>
    settings.map((setting) => ({ ...setting, role: name })),
  );
  if (all.length === 0) return roles;
  const { unsettable } = await findUnsettable(client, all, names);
  return roles.map((role) => ({
    ...role,
    settings: role.settings.filter(
      (setting) =>
        !freezes(setting) &&
        !unsettable.some((one) => one.name === setting.name && one.role === role.name),
    ),
  }));
}
