import type { Client } from 'pg';
import type { Connections } from '../session/connections';
import type { DatabaseRef } from '../session/database-ref';
import { splitTable } from '../../../workflows/domain/object-names';
import { ident, literal } from '../identifiers';

/**
 * Runs `use` with a session that sees the snapshot given and may make temporary tables. Nothing else
 * can be left behind: its one transaction is always rolled back.
 */
export async function withScratchTransaction<T>(
  connections: Connections,
  { databaseRef, snapshot }: { readonly databaseRef: DatabaseRef; readonly snapshot: string },
  use: (client: Client) => Promise<T>,
): Promise<T> {
  return connections.with({ ...databaseRef, access: 'write' }, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE');
    await client.query(`SET TRANSACTION SNAPSHOT ${literal(snapshot)}`);
    const result = await use(client);
    await client.query('ROLLBACK');
    return result;
  });
}

/** Runs `use` in a scratch transaction without a snapshot: only what it brings is compared. */
export async function withScratch<T>(
  connections: Connections,
  databaseRef: Omit<DatabaseRef, 'access'>,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  return connections.with({ ...databaseRef, access: 'write' }, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE');
    const result = await use(client);
    await client.query('ROLLBACK');
    return result;
  });
}

/** Makes a temporary table, `pg_temp.name`, from the columns or the query given. */
export async function makeTemporary(client: Client, table: string, body: string): Promise<void> {
  const [, name] = splitTable(table);
  await client.query(`CREATE TEMP TABLE ${ident(name)} ${body}`);
}
