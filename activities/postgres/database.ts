import type { Client } from 'pg';
import type { DatabaseIdentity } from '../../workflows/domain/plan';
import { findDatabase, type DatabaseEntry } from './catalog/databases';
import type { DatabaseRef } from './session/database-ref';
import { ident, literal } from './identifiers';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { DatabaseFacts } from './schema';

/**
 * Where the advisory locks of a server live: always the same database, since advisory locks do not
 * reach across databases. The session only reads, so it may even be the source or a target that stays. A
 * target that the run creates may be dropped again: it is none.
 */
export function lockDatabaseRef(
  connection: string,
  target?: Pick<DatabaseIdentity, 'database' | 'oid'>,
): DatabaseRef {
  const isCreated = target?.oid === 0;
  return { connection, anyBut: isCreated ? [target.database] : [], access: 'read' };
}

/** The same database, for a look at the server: locks that are taken there go with the look. */
export function serverRef(connection: string): DatabaseRef {
  return { connection, anyBut: [], access: 'read' };
}

/**
 * Where databases of a server are created, renamed and dropped from: never a source, and never the target.
 * New databases come from `template0`, so a session in `template1` is not in the way.
 */
export function maintenanceRef(
  { connection, systemIdentifier }: Pick<DatabaseIdentity, 'connection' | 'systemIdentifier'>,
  sources: readonly DatabaseIdentity[],
  target?: string,
): DatabaseRef {
  const read = sources.filter((source) => source.systemIdentifier === systemIdentifier);
  const names = read.map(({ database }) => database);
  return {
    connection,
    anyBut: target === undefined ? names : [...names, target],
    access: 'write',
    reuse: true,
  };
}

/** Takes from everyone but the owner all rights on a database that was just created. */
export async function closeDatabase(client: Client, name: string): Promise<void> {
  await client.query(`REVOKE ALL ON DATABASE ${ident(name)} FROM PUBLIC`);
}

/** Drops a database with whoever is connected to it; nothing if it does not exist. */
export async function dropDatabase(client: Client, name: string): Promise<void> {
  if ((await findDatabase(client, name)) === undefined) return;
  await client.query(`DROP DATABASE ${ident(name)} WITH (FORCE)`);
}

/**
 * Drops the database that a run created. The comment says whose it is should the DROP be interrupted: PostgreSQL
 * lets no one in any more then, so its marker cannot be read.
 */
export async function dropOwnDatabase(client: Client, name: string, runId: string): Promise<void> {
  if ((await findDatabase(client, name)) === undefined) return;
  await client.query(`COMMENT ON DATABASE ${ident(name)} IS ${literal(droppedBy(runId))}`);
  await dropDatabase(client, name);
}

/** Drops the database that a run created if its DROP was interrupted, and no other. */
export async function finishOwnDrop(client: Client, name: string, runId: string): Promise<void> {
  if (isDroppedBy(await findDatabase(client, name), runId)) await dropDatabase(client, name);
}

/** Whether this is a database whose DROP by this run was interrupted. */
export function isDroppedBy(entry: DatabaseEntry | undefined, runId: string): boolean {
  return entry?.isInvalid === true && entry.comment === droppedBy(runId);
}

function droppedBy(runId: string): string {
  return `moveout: dropped by run ${runId}`;
}

/** Gives a database its name; no one may be connected to it. */
export async function renameDatabase(client: Client, from: string, to: string): Promise<void> {
  await client.query(`ALTER DATABASE ${ident(from)} RENAME TO ${ident(to)}`);
}

/** The target's database, in a session that waits for the run's next step. */
export function reusedTargetRef(
  target: DatabaseIdentity,
  access: DatabaseRef['access'],
): DatabaseRef {
  return { ...targetRef(target, access), reuse: true };
}

/** The target's database. */
export function targetRef(target: DatabaseIdentity, access: DatabaseRef['access']): DatabaseRef {
  return { connection: target.connection, database: target.database, access };
}

/** How the names of template databases begin. */
export const TEMPLATE_PREFIX = 'moveout_template_';

/**
 * Stands in a proved template's comment before the version of its row in pg_database. Who alters a
 * template has to open it first, and that writes the row again, also if it is closed again.
 */
const PROVED = 'moveout: proved to hold the schema, row ';

/** Changes with what a template holds besides the schema: the empty table of the marker. */
const FORM = 2;

/** What a template holds: all statements that make the schema, in a database of such facts. */
export interface Holding {
  readonly preData: readonly string[];
  readonly postData: readonly string[];
  readonly facts: DatabaseFacts;
}

/** The name of the template for a schema: equal for equal statements, encoding and locale alone. */
export function templateName({ preData, postData, facts }: Holding): string {
  const { encoding, collate, ctype, localeProvider, locale, icuRules } = facts;
  const made = [
    FORM,
    preData,
    postData,
    encoding,
    collate,
    ctype,
    localeProvider,
    locale,
    icuRules,
  ];
  const hash = createHash('sha256').update(JSON.stringify(made)).digest('hex');
  return `${TEMPLATE_PREFIX}${hash.slice(0, 24)}`;
}

/**
 * Tells whether the server of the session has a template of that name that is as it was proved and whose
 * marker the session's role may write: in a clone it belongs to whoever made the template.
 */
export async function hasTemplate(client: Client, name: string): Promise<boolean> {
  const result = await client.query(
    `SELECT FROM pg_database
      WHERE datname = $1 AND datistemplate AND NOT datallowconn AND pg_has_role(datdba, 'USAGE')
        AND shobj_description(oid, 'pg_database') = $2 || xmin::text`,
    [name, PROVED],
  );
  return result.rowCount === 1;
}

/** The statement that makes a database as a template is, data and all. */
export function cloneSql(database: string, template: string): string {
  return `CREATE DATABASE ${ident(database)} TEMPLATE ${ident(template)}`;
}

/** Closes a database and gives it its name. It is no template yet: no one has proved it. */
export async function closeTemplate(client: Client, staging: string, name: string): Promise<void> {
  await client.query(
    `ALTER DATABASE ${ident(staging)} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true`,
  );
  await client.query(`ALTER DATABASE ${ident(staging)} RENAME TO ${ident(name)}`);
}

const versionRow = z.object({ version: z.string() });

/** Writes down that a closed template was proved before it was closed: the last step of making it. */
export async function noteProof(client: Client, name: string): Promise<void> {
  const result = await client.query(
    `SELECT xmin::text AS version FROM pg_database WHERE datname = $1`,
    [name],
  );
  const { version } = versionRow.parse(result.rows[0]);
  await client.query(`COMMENT ON DATABASE ${ident(name)} IS ${literal(`${PROVED}${version}`)}`);
}

/** Makes a template serve again that was proved and could not be dropped. */
export async function reviveTemplate(client: Client, name: string): Promise<void> {
  await client.query(`ALTER DATABASE ${ident(name)} WITH IS_TEMPLATE true`);
  await noteProof(client, name);
}

/** Drops a template, or what was begun of it; fails if one is being cloned just now. */
export async function dropTemplate(client: Client, name: string): Promise<void> {
  await client.query(`ALTER DATABASE ${ident(name)} WITH IS_TEMPLATE false`);
  await client.query(`DROP DATABASE ${ident(name)}`);
}
