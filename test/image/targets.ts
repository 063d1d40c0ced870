import { compareSchemas, readSchema } from '../../activities/postgres/schema';
import { execute, query, urlOf, withSession } from '../support/harness/databases';
import { withPool } from '../support/harness/with-pool';
import { addWatchers } from './image';

/** How a target stands before a migration. */
export type Prepared = 'new' | 'empty' | 'equal';

/** Makes the target as the superuser does it for another role, which owns the database. */
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
    for (const half of [statements.preData, statements.postData]) {
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

/** The settings of a database that another one has with the same value are not among them. */
export async function missingSettings(
  source: string,
  database: string,
): Promise<readonly { readonly name: string; readonly statement: string }[]> {
  return query(
    'postgres',
    `WITH setting AS (
       SELECT d.datname AS of, r.rolname AS role, split_part(one, '=', 1) AS name, substr(one, strpos(one, '=') + 1) AS value
         FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
         LEFT JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) AS one)
     SELECT name, CASE WHEN role IS NULL THEN format('ALTER DATABASE %I', $2::text)
                       ELSE format('ALTER ROLE %I IN DATABASE %I', role, $2::text) END
                  || format(' SET "%s" TO ', name)
                  || CASE WHEN name = 'search_path' THEN value ELSE quote_literal(value) END AS statement
       FROM setting AS own
      WHERE of = $1 AND NOT EXISTS (SELECT FROM setting AS other WHERE other.of = $2
              AND (other.name, other.value) = (own.name, own.value) AND other.role IS NOT DISTINCT FROM own.role)
      ORDER BY 1, 2`,
    [source, database],
  );
}

async function schemaOf(database: string): Promise<Awaited<ReturnType<typeof readSchema>>> {
  return withPool(urlOf(database), (pool) => readSchema(pool));
}
