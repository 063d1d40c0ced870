import { roleScripts, schemaScripts } from '../../../studio/sql-files';
import { execute, freshName, untilLeft, withSession } from './databases';

/** What stands beside the schemas in a database of a user's own, and must outlive everything. */
const NEIGHBOUR = `
  CREATE SCHEMA shop;
  CREATE TABLE shop.orders (id int PRIMARY KEY, note text);
  INSERT INTO shop.orders VALUES (1, 'kept'), (2, 'kept as well');`;

/** Creates the target: a database without the schemas, but with something else in it. */
export async function makeEmpty(database: string): Promise<void> {
  await execute('postgres', `CREATE DATABASE ${database} TEMPLATE template0`);
  await execute(database, NEIGHBOUR);
}

/** Creates the target: a database with the schemas as a studio has them, and no row in any table. */
export async function makePrepared(database: string): Promise<void> {
  await makeEmpty(database);
  await withSession(database, async (client) => {
    await client.query('BEGIN');
    for (const script of [...roleScripts(), ...schemaScripts()]) await client.query(script);
    await client.query('COMMIT');
  });
}

/** Creates the target as a copy of another database, as soon as the worker's idle sessions there have ended. */
export async function makeCopy(database: string, of: string): Promise<void> {
  await untilLeft(of);
  await execute('postgres', `CREATE DATABASE ${database} TEMPLATE ${of}`);
}

/** Copies a database under a fresh name, for targets that are all alike. */
export async function keepCopy(of: string): Promise<string> {
  const name = freshName('kept');
  await makeCopy(name, of);
  return name;
}
