import { listed, problem, type Findings } from '../../../workflows/domain/findings';
import type { Client } from 'pg';
import { z } from 'zod';
import type { Unreached } from '../../../workflows/domain/plan';
import { ident } from '../identifiers';
import type { ScriptRoles } from '../schema';
import {
  missingExtensionRights,
  type ExtensionNeeds,
  type MissingExtensionRight,
} from './extension-privileges';
import {
  byKind,
  isOutOfReach,
  isOwnRole,
  offered,
  readMover,
  readReach,
  remedy,
  type Mover,
  type Reach,
} from './mover';

/** What this run will do on the target's server that takes a right. */
export interface TargetNeeds extends ExtensionNeeds {
  /** Whose rights the script uses that will be run; no one's if the schemas stay as they are. */
  readonly script: ScriptRoles;
  /** Roles that own what will be taken away, and made again by a restore. */
  readonly replaced: ScriptRoles;
  /** Roles that the migration creates itself, because the server lacks them. */
  readonly rolesToCreate: readonly string[];
}

type Kind =
  | 'createdb'
  | 'create'
  | 'marker'
  | 'owner'
  | 'replaced'
  | 'createrole'
  | 'policies'
  | MissingExtensionRight['kind'];

/** A right that the target's role lacks. */
interface MissingTargetRight {
  readonly kind: Kind;
  /** The database, the roles or the extension it is about. */
  readonly object: string;
  /** What resolves it, to be run by a superuser in this order; empty if no statement should. */
  readonly statements: readonly string[];
}

/** Everything that the session's role lacks on the target's server. */
interface TargetRole {
  readonly mover: Mover;
  readonly missing: readonly MissingTargetRight[];
  /** What is left to a superuser, without stopping the migration. */
  readonly unreached: Unreached | undefined;
}

const CANNOT_WRITE: Readonly<Record<MissingTargetRight['kind'], string>> = {
  createdb: 'may not create the database',
  create: 'may not create schemas in the database',
  marker: 'may not change the marker of moveout there, which belongs to',
  owner: 'may not make and own objects as',
  replaced: 'may not replace the schemas there: objects belong to',
  createrole: 'may not create the missing roles',
  policies:
    'would not see its own rows: row level security holds for the owners of tables as well in',
  use: 'may not use the schema',
  extension: 'may not create the extension',
  'new-extension': 'may not create the extension',
};

/** What is run in the target itself; all else in any database of its server. */
const IN_TARGET: readonly MissingTargetRight['kind'][] = ['marker', 'use', 'extension'];

const SERVER = "on the target's server";

/** What was found of the target's role, and what it leaves to a superuser. */
interface TargetRoleFindings extends Findings, Pick<TargetRole, 'mover' | 'unreached'> {}

/**
 * One problem (`privilege`) for each kind of right that the role lacks to make the target, with the statements
 * that give it. The session may be in any database of the server, but sees extensions and the marker of an
 * existing target only from within it.
 */
export async function checkTargetRole(
  client: Client,
  needs: TargetNeeds,
): Promise<TargetRoleFindings> {
  const { mover, missing, unreached } = await readTargetRole(client, needs);
  const findings = problem(
    'privilege',
    byKind(missing).map(([kind, rights]) => {
      const objects = [...new Set(rights.map(({ object }) => object))];
      const statements = rights.flatMap((right) => right.statements);
      const place = IN_TARGET.includes(kind) ? `in the target "${needs.database}"` : SERVER;
      const isWithheld = rights.some((right) => isForRole(right, mover));
      const settles = isWithheld ? remedy(mover, statements) : offered(statements);
      return `${place}, role "${mover.role}" ${CANNOT_WRITE[kind]} ${listed(objects, ', ')}: ${settles}`;
    }),
  );
  return { ...findings, mover, unreached };
}

/** Whether a statement of a missing right gives something to the role itself; then it may have to be withheld. */
function isForRole({ kind }: MissingTargetRight, mover: Mover): boolean {
  return !isOwnRole(mover) && kind !== 'extension' && kind !== 'createrole';
}

/** Finds what the role lacks to make the target. A superuser lacks nothing. */
export async function readTargetRole(client: Client, needs: TargetNeeds): Promise<TargetRole> {
  const mover = await readMover(client);
  if (mover.superuser) return { mover, missing: [], unreached: undefined };
  const { script, replaced } = needs;
  const wanted = [script, replaced].flatMap((one) => [
    ...one.owners,
    ...one.extensionSchemaOwners,
    ...one.defaultPrivilegesOf,
  ]);
  const reached = new Map((await readReach(client, wanted)).map((one) => [one.role, one]));
  const asking = { mover, reached, needs };
  const missing = [
    ...(await missingDatabaseRights(client, asking)),
    ...missingOwnerRights(asking),
    ...replaceRights(asking),
    ...missingServerRights(asking),
    ...(await missingExtensionRights(client, mover, needs)),
  ];
  return { mover, missing, unreached: unreachedOf(asking) };
}

interface RoleDemand {
  readonly mover: Mover;
  readonly reached: ReadonlyMap<string, Reach>;
  readonly needs: TargetNeeds;
}

/** Default privileges, and a schema for extensions, are not worth a membership: they are left to a superuser. */
function unreachedOf({ mover, reached, needs: { script } }: RoleDemand): Unreached | undefined {
  const isFar = (name: string): boolean => {
    const reach = reached.get(name);
    return reach !== undefined && isOutOfReach(reach);
  };
  const owners = [
    ...script.owners.filter((name) => isFar(name) && reached.get(name)?.powerful),
    ...script.extensionSchemaOwners.filter(isFar),
  ];
  const defaultPrivilegesOf = script.defaultPrivilegesOf.filter(isFar);
  if (owners.length + defaultPrivilegesOf.length === 0) return undefined;
  return { role: mover.role, owners, defaultPrivilegesOf };
}

/** Never the membership in a role with a superuser's power: what such a role owns is left to a superuser. */
function missingOwnerRights({
  mover,
  reached,
  needs: { script },
}: RoleDemand): MissingTargetRight[] {
  const far = script.owners.flatMap((name) => reached.get(name) ?? []).filter(isOutOfReach);
  return memberships(
    mover,
    'owner',
    far.filter(({ powerful }) => !powerful),
  );
}

function memberships(mover: Mover, kind: Kind, far: readonly Reach[]): MissingTargetRight[] {
  if (mover.modern)
    return far.map(({ role, quoted }) => ({
      kind,
      object: role,
      statements: [`GRANT ${quoted} TO ${mover.quoted} WITH INHERIT TRUE, SET TRUE`],
    }));
  const grants = far
    .filter(({ maySet }) => !maySet)
    .map(({ role, quoted }) => ({
      kind,
      object: role,
      statements: [`GRANT ${quoted} TO ${mover.quoted}`],
    }));
  const names = far.map(({ role }) => role).join(', ');
  if (mover.inherit || far.length === 0) return grants;
  return [...grants, { kind, object: names, statements: [`ALTER ROLE ${mover.quoted} INHERIT`] }];
}

/** A restore must create it again exactly, so nothing of it can be left to a superuser. */
function replaceRights({ mover, reached, needs: { replaced } }: RoleDemand): MissingTargetRight[] {
  const names = [...new Set([...replaced.owners, ...replaced.defaultPrivilegesOf])].sort();
  const far = names.flatMap((name) => reached.get(name) ?? []).filter(isOutOfReach);
  return [
    ...memberships(
      mover,
      'owner',
      far.filter(({ powerful }) => !powerful),
    ),
    ...far
      .filter(({ powerful }) => powerful)
      .map(({ role }) => ({ kind: 'replaced' as const, object: role, statements: [] })),
  ];
}

function missingServerRights({ mover, reached, needs }: RoleDemand): MissingTargetRight[] {
  const { database, exists, rolesToCreate, script, replaced } = needs;
  const toMake = rolesToCreate.map((role): MissingTargetRight => {
    const isOwner = script.owners.includes(role) && !reached.has(role);
    const options = mover.modern ? ' WITH INHERIT TRUE, SET TRUE' : '';
    return {
      kind: 'createrole',
      object: role,
      statements: [
        `CREATE ROLE ${ident(role)} NOLOGIN`,
        ...(isOwner ? [`GRANT ${ident(role)} TO ${mover.quoted}${options}`] : []),
      ],
    };
  });
  return [
    ...(exists || mover.createdb
      ? []
      : [
          {
            kind: 'createdb' as const,
            object: database,
            statements: [`ALTER ROLE ${mover.quoted} CREATEDB`],
          },
        ]),
    ...(mover.createrole ? [] : toMake),
    ...((script.forcesRowSecurity || replaced.forcesRowSecurity) && !mover.bypassrls
      ? [
          {
            kind: 'policies' as const,
            object: database,
            statements: [`ALTER ROLE ${mover.quoted} BYPASSRLS`],
          },
        ]
      : []),
  ];
}

const databaseRow = z.object({
  mayCreate: z.boolean(),
  quoted: z.string(),
  /** Who owns the marker that stands there, if the role does not. */
  markerOf: z.string().nullable(),
});

/** The schema of the marker is made, so that the role may have to create one; a marker that stands has an owner. */
async function missingDatabaseRights(
  client: Client,
  { mover, needs: { database, exists } }: RoleDemand,
): Promise<MissingTargetRight[]> {
  if (!exists) return [];
  const result = await client.query(
    `SELECT has_database_privilege(d.oid, 'CREATE') AS "mayCreate", quote_ident(d.datname) AS quoted,
            (SELECT pg_get_userbyid(n.nspowner)::text FROM pg_namespace n
              WHERE n.nspname = 'moveout' AND d.datname = current_database()
                AND NOT pg_has_role(n.nspowner, 'USAGE')) AS "markerOf"
       FROM pg_database d WHERE d.datname = $1`,
    [database],
  );
  const { mayCreate, quoted, markerOf } = databaseRow.parse(result.rows[0]);
  return [
    ...(mayCreate
      ? []
      : [
          {
            kind: 'create' as const,
            object: database,
            statements: [`GRANT CREATE ON DATABASE ${quoted} TO ${mover.quoted}`],
          },
        ]),
    ...(markerOf === null
      ? []
      : [
          {
            kind: 'marker' as const,
            object: markerOf,
            statements: [
              `ALTER SCHEMA moveout OWNER TO ${mover.quoted}`,
              `ALTER TABLE moveout.migration OWNER TO ${mover.quoted}`,
            ],
          },
        ]),
  ];
}
