import type { Client } from 'pg';
import type { DatabaseIdentity } from '../../workflows/domain/plan';
import { findDatabase } from './catalog/databases';
import type { DatabaseRef } from './connections';
import { ident } from './identifiers';

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

/** Takes from everybody but the owner all rights on a database that was just created. */
export async function closeDatabase(client: Client, name: string): Promise<void> {
  await client.query(`REVOKE ALL ON DATABASE ${ident(name)} FROM PUBLIC`);
}

/** Drops a database with whoever is connected to it; nothing where it does not exist. */
export async function dropDatabase(client: Client, name: string): Promise<void> {
  if ((await findDatabase(client, name)) === undefined) return;
  await client.query(`DROP DATABASE ${ident(name)} WITH (FORCE)`);
}

/** Gives a database its name; nobody may be connected to it. */
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
