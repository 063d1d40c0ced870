import { compareSchemas, missingExtensions } from '../../../../activities/postgres/schema';
import { apply, createRoles, Databases, ddl, read, run, withClient } from './databases';

const databases = new Databases();
let source: string;

beforeAll(async () => {
  await createRoles();
  source = await databases.create(
    `${ddl('small-studio.sql')}
     ALTER SCHEMA extensions OWNER TO dashboard_user;
     GRANT USAGE ON SCHEMA extensions TO anon;
     CREATE EXTENSION citext SCHEMA extensions;
     CREATE EXTENSION pg_trgm SCHEMA extensions;
     CREATE EXTENSION "uuid-ossp" SCHEMA extensions;
     CREATE EXTENSION cube SCHEMA public;
     CREATE EXTENSION earthdistance SCHEMA extensions;
     CREATE EXTENSION hstore SCHEMA public;
     ALTER TABLE auth.users ADD logins extensions.citext[], ADD place extensions.earth;
     ALTER TABLE storage.buckets ALTER owner SET DEFAULT extensions.uuid_generate_v4();
     CREATE INDEX names ON storage.objects USING gin (name extensions.gin_trgm_ops)`,
  );
});
afterAll(() => databases.dropAll());

describe('readSchema of what needs extensions', () => {
  it('creates them first, each after those that it needs, where they are in the source', async () => {
    const script = await read(source);
    expect(script.problems).toEqual([]);
    expect(script.leftOut).toEqual([]);
    expect(script.extensions.map(({ name, schema }) => `${schema}.${name}`)).toEqual([
      'extensions.citext',
      'public.cube',
      'extensions.earthdistance',
      'extensions.pg_trgm',
      'extensions.uuid-ossp',
    ]);
    expect(script.roles).toContain('dashboard_user');
    const target = await databases.create();
    await apply(target, script.statements);
    const rebuilt = await read(target);
    expect(compareSchemas(script, rebuilt)).toEqual([]);
    expect(rebuilt.extensions).toEqual(script.extensions);
    expect(await schemaOfExtensions(target)).toEqual(await schemaOfExtensions(source));
  });

  it('takes extensions that are there as they are, without asking for a right to create a schema', async () => {
    const target = await databases.create(
      'CREATE SCHEMA extensions; CREATE EXTENSION citext SCHEMA extensions VERSION "1.5"',
    );
    const script = await read(
      await databases.create(
        `${ddl('small-studio.sql')} CREATE EXTENSION citext SCHEMA extensions; ALTER TABLE auth.users ADD c extensions.citext`,
      ),
    );
    const role = `${target}_role`;
    await run(target, `CREATE ROLE ${role}`);
    try {
      const sure = script.statements.preData.filter((text) => /extensions|EXTENSION/.test(text));
      expect(sure.slice(0, 2)).toEqual([
        expect.stringContaining('DO '),
        'CREATE EXTENSION IF NOT EXISTS "citext" SCHEMA "extensions"',
      ]);
      await run(target, `SET ROLE ${role}; ${sure.slice(0, 2).join(';')}`);
    } finally {
      await run(target, `DROP ROLE ${role}`);
    }
    await apply(target, script.statements);
    expect(compareSchemas(script, await read(target))).toEqual([]);
  });

  it('finds that the target has one in another schema', async () => {
    const [one, other] = await Promise.all(
      ['extensions', 'public'].map(async (schema) =>
        read(
          await databases.create(
            `CREATE SCHEMA extensions; CREATE SCHEMA auth; CREATE EXTENSION citext SCHEMA ${schema}; CREATE TABLE auth.a (c ${schema}.citext)`,
          ),
        ),
      ),
    );
    expect(one && other && compareSchemas(one, other)).toEqual([
      'column auth.a.c: type is "public.citext", was "extensions.citext"',
      'extension citext: schema is "public", was "extensions"',
    ]);
  });

  it('calls one a problem that is installed where the script builds', async () => {
    const script = await read(
      await databases.create(
        'CREATE SCHEMA auth; CREATE EXTENSION citext SCHEMA auth; CREATE TABLE auth.a (c auth.citext)',
      ),
    );
    expect(script.problems).toContain(
      'extension citext is installed in schema auth, which cannot be made before it',
    );
  });
});

describe('missingExtensions', () => {
  it('names those that the server does not offer', async () => {
    const [first] = (await read(source)).extensions;
    const wanted = [first, first && { ...first, name: 'no "such' }].flatMap((one) => one ?? []);
    const missing = await withClient('postgres', (client) => missingExtensions(client, wanted));
    expect(missing).toEqual(['no "such']);
  });
});

async function schemaOfExtensions(database: string): Promise<unknown> {
  return withClient(database, async (client) => {
    const { rows } = await client.query<Record<string, unknown>>(
      `SELECT pg_get_userbyid(nspowner) AS owner, nspacl::text AS grants FROM pg_namespace WHERE nspname = 'extensions'`,
    );
    return rows;
  });
}
