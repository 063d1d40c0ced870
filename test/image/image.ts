import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres } from '../../local/postgres';
import { execute, withSession } from '../support/harness/databases';
import { sessionAt } from '../support/harness/session-at';

/** The superuser of the image. */
export const SUPERUSER = 'supabase_admin';

/** Starts a server with the image's roles and makes it the file's own; gives what ends it. */
export async function useImageServer(): Promise<() => Promise<void>> {
  const server = await startPostgres();
  const maker = new URL(server.url);
  await sessionAt(server.url, (client) =>
    client.query(`CREATE ROLE maker SUPERUSER LOGIN PASSWORD 'maker'`),
  );
  maker.username = 'maker';
  maker.password = 'maker';
  await sessionAt(maker.href, (client) => client.query(text('roles.sql')));
  const own = new URL(server.url);
  own.username = SUPERUSER;
  own.password = SUPERUSER;
  process.env['MOVEOUT_TEST_POSTGRES_URL'] = own.href;
  await execute('postgres', 'DROP ROLE maker');
  return () => server.stop();
}

/** Makes a studio into what the image makes. */
export async function makeImage(database: string): Promise<void> {
  await withSession(database, async (client) => {
    await client.query(text('shared.sql'));
    await client.query(text('watchers.sql'));
  });
}

/** Gives an existing database the image's event triggers. */
export async function addWatchers(database: string): Promise<void> {
  await execute(database, text('watchers.sql'));
}

function text(file: string): string {
  return readFileSync(join(__dirname, file), 'utf8');
}
