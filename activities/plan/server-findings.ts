import type { NextStep } from '../../workflows/domain/next-steps';
import type { Problem, TargetState, Unreached } from '../../workflows/domain/plan';
import type { Extent } from '../../workflows/domain/extent';
import { hasLocale } from '../postgres/catalog/databases';
import type { Connections } from '../postgres/session/connections';
import { readLoadRights } from '../postgres/checks/load-privileges';
import {
  readTargetRole,
  type TargetNeeds,
  type TargetRole,
} from '../postgres/checks/target-privileges';
import type { Client } from '../postgres/session/database-client';
import { ident } from '../postgres/identifiers';
import { serverRef, targetRef } from '../postgres/database';
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
import { type Findings, counted, listed, warning, mergeFindings, problem } from './findings';
import { loadFindings, targetRoleFindings, unreachedFindings, withheld } from './role-findings';
import type { TargetView } from './target';
import { type TargetClients, missingConnectGrant } from '../postgres/checks/clients';
import { isOwnRole, readMover } from '../postgres/checks/mover';
import type { ReadOnly } from '../postgres/checks/read-only';
import type { SessionRoom } from '../postgres/checks/session-room';

/** What a target's server must offer: the roles that are named, and what a new database is created with. */
export interface Needs {
  readonly facts: DatabaseFacts;
  /** Whose facts these are, in words: of the source or of the backup. */
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
  const readRole = (client: Client, missing: readonly string[]): Promise<TargetRole> =>
    readTargetRole(client, rightsNeeded(target, needs, mayCreateRoles ? missing : []));
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
          const stays = staysAsItIs(needs.before);
          const rights = stays ? await readLoadRights(client, role.mover, needs.extent) : [];
          const load = loadFindings(target.identity.database, role.mover, rights);
          const placed = stays ? [] : await misplacedExtensions(client, extensions);
          return { role, problems: [...load.problems, ...misplaced(target, placed)] };
        });
  const role = found.role ?? inside?.role;
  const missing = found.missing.map((name) => ({
    code: 'missing-role',
    message: `the target's server has no role "${name}": CREATE ROLE ${ident(name)} NOLOGIN; (or set createRoles: true)`,
  }));
  return {
    createRoles: mayCreateRoles ? found.missing : [],
    ...leftToSuperuser(target, needs, role?.unreached),
    problems: [
      ...(mayCreateRoles ? [] : missing),
      ...(role === undefined ? [] : targetRoleFindings(target.identity.database, role).problems),
      ...(inside?.problems ?? []),
      ...found.unknown.map((name) => ({
        code: 'missing-extension',
        message: `the schema needs extension "${name}", which the target's server does not offer: install its package there`,
      })),
      ...(found.offered ? [] : [missingLocale(needs)]),
    ],
  };
}

/** An extension is made only if it is not there: one that stands elsewhere leaves its functions there. */
function misplaced(
  { identity: { database } }: TargetView,
  extensions: readonly MisplacedExtension[],
): readonly Problem[] {
  return extensions.map(({ name, stands, statements }) => ({
    code: 'extension',
    message: `in the target "${database}", extension "${name}" stands in the schema "${stands}", where the schemas that move do not look for it: ${statements.map((text) => `${text};`).join(' ')}`,
  }));
}

function missingLocale({ facts: { collate, localeProvider }, owner }: Needs): Problem {
  return {
    code: 'missing-locale',
    message: `the target's server does not offer the ${owner}'s locale ${collate} (provider ${localeProvider})`,
  };
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

/** Whether the schemas that are there are those of the source, and only rows are loaded. */
function staysAsItIs(before: TargetState): boolean {
  return before.kind === 'filled' && before.rebuild !== true;
}

const NO_ROLES = {
  ...{ owners: [], extensionSchemaOwners: [], defaultPrivilegesOf: [] },
  forcesRowSecurity: false,
} as const;

/** What the role will have to do on the target's server in this run. */
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

/** Names who uses a target that stands already, and says if they cannot be kept out (`target-in-use`, `target-stays-open`). */
export function clientFindings(database: string, clients: TargetClients): Findings {
  const { sessions, canBeClosed } = clients;
  const roles = listed(
    sessions.map(({ role, count }) => `${role} (${counted(count, 'session')})`),
    ', ',
  );
  const stop = 'stop the services that use it before you start';
  return mergeFindings([
    warning(
      'target-in-use',
      sessions.length === 0
        ? []
        : [
            `these roles are connected to the target "${database}": ${roles}; ${stop}: what they write there during the migration makes it fail, or is lost`,
          ],
    ),
    warning(
      'target-stays-open',
      canBeClosed
        ? []
        : [
            `the target "${database}" belongs to another role, so its clients cannot be kept out during the migration; ${stop}`,
          ],
    ),
  ]);
}

/** Says that the target's server takes no writes (`target-read-only`). */
export function readOnlyProblems({ standby, configured }: ReadOnly): readonly Problem[] {
  if (standby) {
    return [
      {
        code: 'target-read-only',
        message:
          "the target's server is a standby and takes no writes: name the primary server in the connection's URL",
      },
    ];
  }
  if (!configured) return [];
  return [
    {
      code: 'target-read-only',
      message:
        "the target's server is set to read only (default_transaction_read_only = on), also for the services that will use the new database: find out why, then ALTER SYSTEM SET default_transaction_read_only = off; SELECT pg_reload_conf();",
    },
  ];
}

/** Says that the role may not connect to a target that is there (`privilege`). */
export async function connectProblems(
  client: Client,
  database: string,
): Promise<readonly Problem[]> {
  const mover = await readMover(client);
  const grant = await missingConnectGrant(client, database, mover.quoted);
  if (grant === undefined) return [];
  const settles = isOwnRole(mover) ? grant : withheld(mover);
  return [
    {
      code: 'privilege',
      message: `on the target's server, role "${mover.role}" may not connect to database "${database}": ${settles}`,
    },
  ];
}

/** The most sessions that a step has at a time where it reads: a snapshot's, and two for its schema. */
export const SESSIONS_TO_READ = 3;

/** The most sessions of a step that writes: its lock's, the target's, and those that read, as all can be on one server. */
export const SESSIONS_TO_WRITE = 5;

/** Who asks, and for how much. */
export interface Asking {
  readonly connection: string;
  readonly needed: number;
}

/** Names each limit that leaves fewer sessions than a move needs (`too-few-sessions`). */
export function sessionFindings(rooms: readonly SessionRoom[], asking: Asking): Findings {
  const short = rooms.filter(({ kind, most, used }) => most - used < leastOf(kind, asking));
  return problem(
    'too-few-sessions',
    short.map((room) => inWords(room, asking)),
  );
}

/** In one database there are never more than those that read. */
function leastOf(kind: SessionRoom['kind'], { needed }: Asking): number {
  return kind === 'database' ? Math.min(needed, SESSIONS_TO_READ) : needed;
}

function inWords({ kind, name, most, used }: SessionRoom, asking: Asking): string {
  const least = leastOf(kind, asking);
  const { connection } = asking;
  const has = `${String(most)} sessions at a time, of which ${String(used)} are in use by others`;
  const needs = `moveout needs ${String(least)}`;
  const enough = String(used + least);
  switch (kind) {
    case 'role':
      return `role "${name}" of connection "${connection}" may have ${has}; ${needs}: ALTER ROLE ${ident(name)} CONNECTION LIMIT ${enough};`;
    case 'database':
      return `database "${name}" on connection "${connection}" may have ${has}; ${needs}: ALTER DATABASE ${ident(name)} CONNECTION LIMIT ${enough};`;
    case 'server':
      return `the server of connection "${connection}" may have ${has}, besides those reserved for superusers; ${needs}: end unused sessions, or raise max_connections`;
  }
}
