import type { Client } from 'pg';
import { z } from 'zod';
import type { Unreached } from '../../../workflows/domain/plan';
import { ident } from '../identifiers';
import type { Extension, ScriptRoles } from '../schema';
import { isOutOfReach, isOwnRole, readMover, readReach, type Mover, type Reach } from './mover';

/** What this run will do on the target's server that takes a right. */
export interface TargetNeeds {
  readonly database: string;
  /** Whether the database is there already, and so is not created. */
  readonly exists: boolean;
  /** The statement that creates the database, for an operator who may do more. */
  readonly createDatabase: () => string;
  /** Whose rights the script uses that will be run; no one's if the schemas stay as they are. */
  readonly script: ScriptRoles;
  /** Roles that own what will be taken away, and made again by a restore. */
  readonly replaced: ScriptRoles;
  /** Roles that the migration creates itself, because the server lacks them. */
  readonly rolesToCreate: readonly string[];
  /** Extensions that the schema needs. */
  readonly extensions: readonly Extension[];
}

type Kind =
  | 'createdb'
  | 'create'
  | 'marker'
  | 'owner'
  | 'replaced'
  | 'createrole'
  | 'policies'
  | 'use'
  | 'extension'
  | 'new-extension';

/** A right that the target's role lacks. */
export interface MissingTargetRight {
  readonly kind: Kind;
  /** The database, the roles or the extension it is about. */
  readonly object: string;
  /** What resolves it, to be run by a superuser in this order; empty if no statement should. */
  readonly statements: readonly string[];
}

/** Everything that the session's role lacks on the target's server. */
export interface TargetRole {
  readonly mover: Mover;
  readonly missing: readonly MissingTargetRight[];
  /** What is left to a superuser, without stopping the migration. */
  readonly unreached: Unreached | undefined;
}

/**
 * Finds what the role lacks to make the target. The session may be in any database of the server, but
 * sees extensions and the marker of an existing target only from within it. A superuser lacks nothing.
 */
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
    ...(await missingExtensionRights(client, asking)),
  ];
  return { mover, missing, unreached: unreachedOf(asking) };
}

interface Asking {
  readonly mover: Mover;
  readonly reached: ReadonlyMap<string, Reach>;
  readonly needs: TargetNeeds;
}

/** Default privileges, and a schema for extensions, are not worth a membership: they are left to a superuser. */
function unreachedOf({ mover, reached, needs: { script } }: Asking): Unreached | undefined {
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
function missingOwnerRights({ mover, reached, needs: { script } }: Asking): MissingTargetRight[] {
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

/** A restore makes it again exactly, so nothing of it can be left to a superuser. */
function replaceRights({ mover, reached, needs: { replaced } }: Asking): MissingTargetRight[] {
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

function missingServerRights({ mover, reached, needs }: Asking): MissingTargetRight[] {
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
  { mover, needs: { database, exists } }: Asking,
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

const extensionRow = z.object({
  name: z.string(),
  schema: z.string(),
  isThere: z.boolean(),
  trusted: z.boolean(),
  /** Whether the role may use the extension's schema, and create in it; true if there is none yet. */
  mayUse: z.boolean(),
  mayCreate: z.boolean(),
});

/**
 * A trusted extension can be created by whoever may create in the database and in the extension's schema; all
 * others by a superuser.
 */
async function missingExtensionRights(
  client: Client,
  { mover, needs }: Asking,
): Promise<MissingTargetRight[]> {
  const { extensions, exists } = needs;
  const names = extensions.map(({ name }) => name);
  const schemas = extensions.map(({ schema }) => schema);
  const result = await client.query(EXTENSIONS, [names, schemas, exists]);
  const found = z.array(extensionRow).parse(result.rows);
  const isClosed = (one: (typeof found)[number]): boolean =>
    !one.isThere && !(one.trusted && one.mayCreate);
  // Who makes a schema for one extension makes it for all that go there.
  const shut = new Set(found.filter(isClosed).map(({ schema }) => schema));
  const closed = found.filter((one) => !one.isThere && shut.has(one.schema));
  const unused = [...new Set(found.filter((one) => !one.mayUse).map(({ schema }) => schema))];
  const uses = unused.map((schema): MissingTargetRight => ({
    kind: 'use',
    object: schema,
    statements: [`GRANT USAGE ON SCHEMA ${ident(schema)} TO ${mover.quoted}`],
  }));
  if (closed.length === 0) return uses;
  const made = [
    ...[...shut]
      .filter((schema) => schema !== 'public' && schema !== 'pg_catalog')
      .flatMap((schema) => [
        `CREATE SCHEMA IF NOT EXISTS ${ident(schema)}`,
        ...(unused.includes(schema)
          ? []
          : [`GRANT USAGE ON SCHEMA ${ident(schema)} TO ${mover.quoted}`]),
      ]),
    ...closed.map(({ name, schema }) => `CREATE EXTENSION ${ident(name)} SCHEMA ${ident(schema)}`),
  ];
  const object = closed.map(({ name }) => name).join(', ');
  if (exists) return [...uses, { kind: 'extension', object, statements: made }];
  const database = ident(needs.database);
  const owned = `ALTER DATABASE ${database} OWNER TO ${mover.quoted}`;
  const [first = '', ...others] = made;
  const inside = [`then in database ${database}: ${first}`, ...others];
  const statements = [needs.createDatabase(), owned, ...inside];
  return [{ kind: 'new-extension', object, statements }];
}

/** In a database that does not exist yet, the role makes the extension's schema itself. */
const EXTENSIONS = `
SELECT w.name, w.schema, $3 AND x.oid IS NOT NULL AS "isThere",
       EXISTS (SELECT FROM pg_available_extension_versions v WHERE v.name = w.name AND v.trusted) AS trusted,
       NOT $3 OR n.oid IS NULL OR has_schema_privilege(n.oid, 'USAGE') AS "mayUse",
       NOT $3 OR n.oid IS NULL OR has_schema_privilege(n.oid, 'CREATE') AS "mayCreate"
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w (name, schema, place)
  LEFT JOIN pg_extension x ON x.extname = w.name
  LEFT JOIN pg_namespace n ON n.oid = coalesce(x.extnamespace, to_regnamespace(quote_ident(w.schema)))
 ORDER BY w.place`;

/** Whether a statement of a missing right gives something to the role itself; then it may have to be withheld. */
export function isForRole({ kind }: MissingTargetRight, mover: Mover): boolean {
  return !isOwnRole(mover) && kind !== 'extension' && kind !== 'createrole';
}
