import type { Problem } from '../../workflows/domain/plan';
import { hasLocale } from '../postgres/catalog/locales';
import type { Connections } from '../postgres/connections';
import { readTargetRole } from '../postgres/checks/target-privileges';
import { serverPlace, targetPlace } from '../postgres/maintenance';
import {
  missingExtensions,
  missingRoles,
  type DatabaseFacts,
  type Extension,
} from '../postgres/schema';
import type { Remarks } from './checks/remarks';
import { targetRoleRemarks } from './checks/role-remarks';
import type { TargetView } from './target';

/** What a target's server must offer: the roles that are named, and what a new database is created with. */
export interface Needs {
  readonly facts: DatabaseFacts;
  /** Roles that the schema names, beside those of the database's own grants. */
  readonly roles: readonly string[];
  /** Extensions that the schema needs. */
  readonly extensions: readonly Extension[];
  /** Roles that own what will be made. */
  readonly owners: readonly string[];
  /** Whether roles that are missing may be created. */
  readonly mayCreateRoles: boolean;
}

/** What was found of a target's server. */
export interface ServerView {
  /** Roles that will be created there. */
  readonly createRoles: readonly string[];
  readonly problems: readonly Problem[];
}

/** Tells what the target's server lacks: roles, and the locale of a database that is to be created. */
export async function viewServer(
  connections: Connections,
  target: TargetView,
  needs: Needs,
): Promise<ServerView> {
  const { facts, roles, extensions, mayCreateRoles } = needs;
  const found = await connections.with(serverPlace(target.identity.connection), async (client) => ({
    missing: await missingRoles(client, [...roles, ...facts.roles]),
    unknown: await missingExtensions(client, extensions),
    offered: target.before.kind !== 'absent' || (await hasLocale(client, facts)),
  }));
  const locale = `the target's server does not offer the source's locale ${facts.collate} (provider ${facts.localeProvider})`;
  const missing = found.missing.map((role) => ({
    code: 'missing-role',
    message: `the target's server has no role "${role}": CREATE ROLE "${role}" NOLOGIN (or set createRoles: true)`,
  }));
  const createRoles = mayCreateRoles ? found.missing : [];
  const rights = await roleRemarks(connections, target, { ...needs, createRoles });
  return {
    createRoles,
    problems: [
      ...(mayCreateRoles ? [] : missing),
      ...rights.problems,
      ...found.unknown.map((name) => ({
        code: 'missing-extension',
        message: `the schema needs extension "${name}", which the target's server does not offer: install its package there`,
      })),
      ...(found.offered ? [] : [{ code: 'missing-locale', message: locale }]),
    ],
  };
}

/** What the role lacks; looked at from within the target where that exists, for its extensions. */
async function roleRemarks(
  connections: Connections,
  { identity, before }: TargetView,
  { owners, extensions, createRoles }: Needs & { readonly createRoles: readonly string[] },
): Promise<Remarks> {
  const exists = before.kind !== 'absent';
  const { connection, database } = identity;
  const there = before.kind === 'absent' ? [] : (before.extensions ?? []);
  const needed = extensions.map(({ name }) => name).filter((name) => !there.includes(name));
  const place = exists ? targetPlace(identity, 'read') : serverPlace(connection);
  const role = await connections.with(place, (client) =>
    readTargetRole(client, {
      database,
      exists,
      owners,
      rolesToCreate: createRoles,
      extensions: needed,
    }),
  );
  return targetRoleRemarks(role);
}
