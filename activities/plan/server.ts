import type { Extent } from '../../workflows/domain/extent';
import {
  NO_FINDINGS,
  listed,
  problem,
  warning,
  type Findings,
} from '../../workflows/domain/findings';
import type { NextStep } from '../../workflows/domain/next-steps';
import type { TargetState, Unreached } from '../../workflows/domain/plan';
import { hasLocale } from '../postgres/catalog/databases';
import { checkLoadRights } from '../postgres/checks/load-privileges';
import { checkTargetRole, type TargetNeeds } from '../postgres/checks/target-privileges';
import { serverRef, targetRef } from '../postgres/database';
import { ident } from '../postgres/identifiers';
import {
  createDatabaseSql,
  misplacedExtensions,
  missingExtensions,
  missingRoles,
  rolesOfScript,
  withoutUnreached,
  type DatabaseFacts,
  type Extension,
  type ScriptParts,
  type MisplacedExtension,
} from '../postgres/schema';
import type { Connections } from '../postgres/session/connections';
import type { Client } from '../postgres/session/database-client';
import type { TargetView } from './target';

/** What a target's server must offer: the roles that are named, and what a new database is created with. */
export interface Needs {
  readonly facts: DatabaseFacts;
  /** Where the facts come from, in words: the source or the backup. */
  readonly owner: string;
  /** The statements that make the schema, if it is known. */
  readonly statements: ScriptParts | undefined;
  /** Roles that the schema names, besides those of the database's own grants. */
  readonly roles: readonly string[];
  /** Extensions that the schema needs. */
  readonly extensions: readonly Extension[];
  readonly extent: Extent;
  /** The target's state before, as the writing steps will know it. */
  readonly before: TargetState;
  /** Whether roles that are missing may be created. */
  readonly mayCreateRoles: boolean;
}

/** What was found of a target's server. */
export interface ServerView extends Findings {
  /** Roles that will be created there. */
  readonly createRoles: readonly string[];
  /** What the target's role cannot set, and what a superuser does about it afterwards. */
  readonly unreached: Unreached | undefined;
  readonly nextSteps: readonly NextStep[];
}

/** Tells what the target's server lacks: roles, rights, and the locale of a database that is to be created. */
export async function viewServer(
  connections: Connections,
  target: TargetView,
  needs: Needs,
): Promise<ServerView> {
  const { facts, roles, extensions, mayCreateRoles } = needs;
  const isAbsent = target.before.kind === 'absent' && !target.isClosed;
  const readRole = (
    client: Client,
    missing: readonly string[],
  ): ReturnType<typeof checkTargetRole> =>
    checkTargetRole(client, rightsNeeded(target, needs, mayCreateRoles ? missing : []));
  const found = await connections.with(serverRef(target.identity.connection), async (client) => {
    const missing = await missingRoles(client, [...roles, ...facts.roles]);
    return {
      missing,
      unknown: await missingExtensions(client, extensions),
      offered: !isAbsent || (await hasLocale(client, facts)),
      role: isAbsent ? await readRole(client, missing) : undefined,
    };
  });
  // Extensions of a target that exists are seen from within it only.
  const inside =
    found.role !== undefined || target.isClosed
      ? undefined
      : await connections.with(targetRef(target.identity, 'read'), async (client) => {
          const role = await readRole(client, found.missing);
          const { database } = target.identity;
          return staysAsItIs(needs.before)
            ? { role, more: await checkLoadRights(client, needs.extent, { database, ...role }) }
            : { role, more: misplaced(target, await misplacedExtensions(client, extensions)) };
        });
  const role = found.role ?? inside?.role;
  const all = [
    problem('missing-role', mayCreateRoles ? [] : found.missing.map(missingRoleWords)),
    ...[role, inside?.more].flatMap((one) => one ?? []),
    problem('missing-extension', found.unknown.map(missingExtensionWords)),
    problem('missing-locale', found.offered ? [] : [missingLocaleWords(needs)]),
  ];
  return {
    createRoles: mayCreateRoles ? found.missing : [],
    ...leftToSuperuser(target, needs, role?.unreached),
    problems: all.flatMap(({ problems }) => problems),
  };
}

function missingRoleWords(name: string): string {
  return `the target's server has no role "${name}": CREATE ROLE ${ident(name)} NOLOGIN; (or set createRoles: true)`;
}

function missingExtensionWords(name: string): string {
  return `the schema needs extension "${name}", which the target's server does not offer: install its package there`;
}

/** An extension is created only if it is missing: one that is in another schema keeps its functions there. */
function misplaced(
  { identity: { database } }: TargetView,
  extensions: readonly MisplacedExtension[],
): Findings {
  return problem(
    'extension',
    extensions.map(
      ({ name, stands, statements }) =>
        `in the target "${database}", extension "${name}" stands in the schema "${stands}", where the schemas that move do not look for it: ${statements.map((text) => `${text};`).join(' ')}`,
    ),
  );
}

function missingLocaleWords({ facts: { collate, localeProvider }, owner }: Needs): string {
  return `the target's server does not offer the ${owner}'s locale ${collate} (provider ${localeProvider})`;
}

function leftToSuperuser(
  { identity: { database } }: TargetView,
  { statements }: Needs,
  unreached: Unreached | undefined,
): Pick<ServerView, 'unreached' | 'warnings' | 'nextSteps'> {
  const later = statements === undefined ? [] : withoutUnreached(statements, unreached).later;
  const { warnings } = unreachedFindings(database, unreached, later);
  const reason = `To be run by a superuser in database "${database}": moveout's role may not.`;
  const nextSteps = later.map((statement) => ({ statement, reason }));
  return { unreached, warnings, nextSteps };
}

/** Says which statements a superuser has to run after the migration (`left-to-superuser`). */
function unreachedFindings(
  database: string,
  unreached: Unreached | undefined,
  later: readonly string[],
): Findings {
  if (unreached === undefined) return NO_FINDINGS;
  const { role, owners, defaultPrivilegesOf } = unreached;
  const what = [
    ...(owners.length === 0
      ? []
      : [
          `role "${role}" may not give objects to ${listed(owners, ', ')}, who own them in the source, and owns them itself until then`,
        ]),
    ...(defaultPrivilegesOf.length === 0
      ? []
      : [
          `role "${role}" may not set default privileges of ${listed(defaultPrivilegesOf, ', ')}, which are left out`,
        ]),
  ];
  return warning('left-to-superuser', [
    `${what.join('; ')}; after the migration a superuser runs in the target "${database}": ${later.map((text) => `${text};`).join(' ')}`,
  ]);
}

/** Whether the target already has the schemas of the source, so that only rows are loaded. */
function staysAsItIs(before: TargetState): boolean {
  return before.kind === 'filled' && before.rebuild !== true;
}

const NO_ROLES = {
  ...{ owners: [], extensionSchemaOwners: [], defaultPrivilegesOf: [] },
  forcesRowSecurity: false,
} as const;

/** What the role has to do on the target's server in this run. */
function rightsNeeded(
  { identity: { database, serverVersion }, before: seen, schema }: TargetView,
  { facts, statements, extensions, before }: Needs,
  rolesToCreate: readonly string[],
): TargetNeeds {
  const exists = seen.kind !== 'absent';
  const isMade = statements !== undefined && !staysAsItIs(before);
  const isReplaced = before.kind === 'filled' && before.rebuild === true && schema !== undefined;
  return {
    database,
    exists,
    rolesToCreate,
    createDatabase: () => createDatabaseSql(database, facts, serverVersion),
    script: isMade ? rolesOfScript(statements) : NO_ROLES,
    replaced: isReplaced ? rolesOfScript(schema.statements) : NO_ROLES,
    extensions: isMade ? extensions : [],
  };
}
