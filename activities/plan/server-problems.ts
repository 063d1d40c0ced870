import type { Problem } from '../../workflows/domain/plan';
import { hasLocale } from '../postgres/catalog/locales';
import type { Connections } from '../postgres/connections';
import {
  readTargetRole,
  type TargetNeeds,
  type TargetRole,
} from '../postgres/checks/target-privileges';
import type { Client } from '../postgres/database-client';
import { serverPlace, targetPlace } from '../postgres/maintenance';
import {
  missingExtensions,
  missingRoles,
  type DatabaseFacts,
  type Extension,
} from '../postgres/schema';
import { targetRoleRemarks } from './checks/role-remarks';
import type { TargetView } from './target';

/** What a target's server must offer: the roles that are named, and what a new database is created with. */
export interface Needs {
  readonly facts: DatabaseFacts;
  /** Whose facts these are, in words: of the source or of the backup. */
  readonly owner: string;
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
  const isAbsent = target.before.kind === 'absent';
  const readRole = (client: Client, missing: readonly string[]): Promise<TargetRole> =>
    readTargetRole(client, rightsNeeded(target, needs, mayCreateRoles ? missing : []));
  const found = await connections.with(serverPlace(target.identity.connection), async (client) => {
    const missing = await missingRoles(client, [...roles, ...facts.roles]);
    return {
      missing,
      unknown: await missingExtensions(client, extensions),
      offered: !isAbsent || (await hasLocale(client, facts)),
      role: isAbsent ? await readRole(client, missing) : undefined,
    };
  });
  // Extensions of a target that exists are seen from within it only.
  const role =
    found.role ??
    (await connections.with(targetPlace(target.identity, 'read'), (client) =>
      readRole(client, found.missing),
    ));
  const locale = `the target's server does not offer the ${needs.owner}'s locale ${facts.collate} (provider ${facts.localeProvider})`;
  const missing = found.missing.map((role) => ({
    code: 'missing-role',
    message: `the target's server has no role "${role}": CREATE ROLE "${role}" NOLOGIN (or set createRoles: true)`,
  }));
  const rights = targetRoleRemarks(role);
  return {
    createRoles: mayCreateRoles ? found.missing : [],
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

/** What the role will have to do on the target's server. */
function rightsNeeded(
  { identity: { database }, before }: TargetView,
  { owners, extensions }: Needs,
  rolesToCreate: readonly string[],
): TargetNeeds {
  const exists = before.kind !== 'absent';
  const there = before.kind === 'absent' ? [] : (before.extensions ?? []);
  const needed = extensions.map(({ name }) => name).filter((name) => !there.includes(name));
  return { database, exists, owners, rolesToCreate, extensions: needed };
}
