import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { compareSchemas, type SchemaScript } from '../../../../activities/postgres/schema';
import { Databases, createRoles, read, run, urlOf, withClient } from './databases';

const databases = new Databases();
const OPERATOR = `owners_${randomBytes(4).toString('hex')}`;
const HOLDER = `${OPERATOR}_schemas`;

/** Every kind of object that is handed to an owner, in a schema that belongs to another role. */
const SOURCE = `
  CREATE SCHEMA auth AUTHORIZATION ${HOLDER};
  GRANT USAGE, CREATE ON SCHEMA auth TO supabase_auth_admin;
  SET ROLE supabase_auth_admin;
  CREATE TYPE auth.level AS ENUM ('low', 'high');
  CREATE DOMAIN auth.short AS text CHECK (length(VALUE) < 9);
  CREATE TABLE auth.users (id bigserial PRIMARY KEY, level auth.level, name auth.short);
  CREATE INDEX users_by_name ON auth.users (name);
  CREATE FUNCTION auth.one() RETURNS int LANGUAGE sql AS 'SELECT 1';
  CREATE VIEW auth.names AS SELECT name FROM auth.users;
  CREATE MATERIALIZED VIEW auth.levels AS SELECT level, count(*) FROM auth.users GROUP BY 1;
  CREATE STATISTICS auth.both ON level, name FROM auth.users;
  CREATE COLLATION auth.plain (locale = 'C');
  RESET ROLE;`;

beforeAll(async () => {
  await createRoles();
  await run(
    'postgres',
    `CREATE ROLE ${HOLDER} NOLOGIN;
     CREATE ROLE ${OPERATOR} LOGIN CREATEDB PASSWORD '${OPERATOR}';
     GRANT ${HOLDER}, supabase_auth_admin TO ${OPERATOR}`,
  );
});
afterAll(async () => {
  await databases.dropAll();
  await run('postgres', `DROP ROLE ${OPERATOR}; DROP ROLE ${HOLDER}`);
});

/** Runs a script as the operator, who is no superuser, in a database of the operator's own. */
async function applyAsOperator({
  preData: before,
  postData: after,
}: SchemaScript['statements']): Promise<string> {
  const name = await databases.create();
  await run('postgres', `ALTER DATABASE ${name} OWNER TO ${OPERATOR}`);
  const client = new Client({ connectionString: urlOf(name, OPERATOR) });
  await client.connect();
  try {
    for (const half of [before, after]) {
      await client.query('BEGIN');
      for (const statement of half) await client.query(statement);
      await client.query('COMMIT');
    }
  } finally {
    await client.end();
  }
  return name;
}

describe('a schema of one role with objects of another', () => {
  it('is rebuilt by a role that is a member of both', async () => {
    const script = await read(await databases.create(SOURCE));
    const rebuilt = await read(await applyAsOperator(script.statements));
    expect(script.problems).toEqual([]);
    expect(compareSchemas(script, rebuilt)).toEqual([]);
  });

  it.each([
    ['may not create there any more', 'REVOKE CREATE ON SCHEMA auth FROM supabase_auth_admin'],
    ['has no right there at all', 'REVOKE ALL ON SCHEMA auth FROM supabase_auth_admin'],
    [
      'may create there for others too',
      'GRANT USAGE, CREATE ON SCHEMA auth TO supabase_auth_admin WITH GRANT OPTION',
    ],
  ])('is rebuilt exactly where the owner of the objects %s', async (_, change) => {
    const script = await read(await databases.create(`${SOURCE} ${change}`));
    const rebuilt = await read(await applyAsOperator(script.statements));
    expect(compareSchemas(script, rebuilt)).toEqual([]);
  });

  it('takes single tables of public along, and leaves the rights in public as they were', async () => {
    const extent = { schemas: ['auth'], tables: ['public.people'], withoutColumns: [] };
    const source = await databases.create(
      `${SOURCE} CREATE TABLE public.people (id bigserial PRIMARY KEY);
       ALTER TABLE public.people OWNER TO supabase_auth_admin`,
    );
    const script = await read(source, { extent });
    const target = await applyAsOperator(script.statements);
    expect(compareSchemas(script, await read(target, { extent }))).toEqual([]);
    const rights = await withClient(target, (client) =>
      client.query(
        `SELECT has_schema_privilege('supabase_auth_admin', 'public', 'CREATE') AS may_create`,
      ),
    );
    expect(rights.rows).toEqual([{ may_create: false }]);
  });
});
