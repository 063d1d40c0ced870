import { Pool } from 'pg';
import { compareSchemas, readSchema } from '../../activities/postgres/schema';
import { execute, urlOf, withSession } from '../support/harness/databases';
import { addWatchers } from './image';

/** How a target stands before a migration. */
export type Prepared = 'new' | 'empty' | 'equal';

/** Makes the target as the superuser does it for somebody else, who owns the database. */
export async function prepare(
  how: Prepared,
  names: { readonly source: string; readonly database: string; readonly owner: string },
): Promise<void> {
  const { source, database, owner } = names;
  if (how === 'new') return;
  await execute('postgres', `CREATE DATABASE ${database} TEMPLATE template0 OWNER ${owner}`);
  if (how === 'empty') return addWatchers(database);
  const { statements } = await schemaOf(source);
  await withSession(database, async (client) => {
    for (const half of [statements.before, statements.after]) {
      await client.query('BEGIN');
      for (const statement of half) await client.query(statement);
      await client.query('COMMIT');
    }
  });
}

/** What the schemas of two databases differ in, owners and rights included. */
export async function differences(one: string, other: string): Promise<readonly string[]> {
  return compareSchemas(await schemaOf(one), await schemaOf(other));
}

async function schemaOf(database: string): Promise<Awaited<ReturnType<typeof readSchema>>> {
  const pool = new Pool({ connectionString: urlOf(database), max: 1 });
  try {
    return await readSchema(pool);
  } finally {
    await pool.end();
  }
}
