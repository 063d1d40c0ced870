import { compareSchemas } from '../../../../activities/postgres/schema';
import { contentOf, apply, createRoles, Databases, ddl, read, run } from './databases';

const databases = new Databases();

beforeAll(createRoles);
afterAll(() => databases.dropAll());

/** Matches a text that has the part in it. */
function containing(part: string): unknown {
  return expect.stringContaining(part);
}

describe('readSchema', () => {
  it('rebuilds the schemas in an empty database so that nothing differs', async () => {
    const script = await read(await databases.create(ddl('small-studio.sql')));
    expect(script.problems).toEqual([]);
    expect(script.leftOut).toEqual([]);
    const target = await databases.create();
    await apply(target, script.statements);
    const rebuilt = await read(target);
    expect(compareSchemas(script, rebuilt)).toEqual([]);
    expect(contentOf(rebuilt)).toEqual(contentOf(script));
  });

  it('rebuilds what stock schemas do not hold but people may have added', async () => {
    const script = await read(
      await databases.create(`${ddl('small-studio.sql')}; ${ddl('oddities.sql')}`),
    );
    expect(script.problems).toEqual([]);
    const target = await databases.create();
    await apply(target, script.statements);
    const rebuilt = await read(target);
    expect(compareSchemas(script, rebuilt)).toEqual([]);
    expect(rebuilt.digest).toBe(script.digest);
  });

  it('ignores default privileges of the role that rebuilds', async () => {
    const script = await read(
      await databases.create(
        `${ddl('small-studio.sql')};
         ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA storage GRANT ALL ON TABLES TO anon`,
      ),
    );
    const target = await databases.create();
    await apply(target, script.statements);
    expect(compareSchemas(script, await read(target))).toEqual([]);
  });

  it('names what reaches outside and leaves it out: triggers, policies, keys, publications', async () => {
    const script = await read(
      await databases.create(
        `${ddl('small-studio.sql')}; ${ddl('neighbours.sql')};
         ALTER TABLE storage.buckets ADD CONSTRAINT owner_key FOREIGN KEY (owner) REFERENCES public.profiles (id);
         ALTER TABLE storage.objects DISABLE TRIGGER ALL`,
      ),
    );
    expect(script.problems).toEqual([]);
    expect(script.leftOut).toEqual([
      {
        object: 'constraint owner_key on storage.buckets',
        because: containing('public.profiles'),
      },
      {
        object: 'policy admins on storage.objects',
        because: containing('public.profiles'),
      },
      {
        object: 'publication changes of table auth.users',
        because: containing('source'),
      },
      {
        object: 'switched-off enforcement of constraint "objects_bucketId_fkey" on storage.objects',
        because: containing('enforced'),
      },
      {
        object: 'trigger on_auth_user_created on auth.users',
        because: 'needs function public.handle_new_user()',
      },
    ]);
    const target = await databases.create();
    await apply(target, script.statements);
    const rebuilt = await read(target);
    expect(compareSchemas(script, rebuilt)).toEqual([]);
    expect(rebuilt.digest).toBe(script.digest);
    expect(compareSchemas(script, rebuilt, { leftOut: true })).toContain(
      'trigger on_auth_user_created on auth.users is missing',
    );
  });

  it('calls what needs another schema a problem, by name', async () => {
    const source = await databases.create(
      `${ddl('small-studio.sql')}
       CREATE TYPE public.mood AS ENUM ('sad', 'happy');
       CREATE FUNCTION public.new_id() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()';
       CREATE FUNCTION public.is_sad(public.mood) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
       ALTER TABLE auth.users ADD mood public.mood, ADD moods public.mood[];
       ALTER TABLE storage.buckets ALTER owner SET DEFAULT public.new_id();
       CREATE VIEW auth.moods AS SELECT mood FROM auth.users;
       CREATE VIEW auth.moods_too AS SELECT 1 AS one FROM auth.moods;
       CREATE TABLE auth.parts (id int) PARTITION BY RANGE (id);
       CREATE INDEX part_ids ON auth.parts (id);
       CREATE OPERATOR auth.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
       CREATE FUNCTION auth.mood_of(public.mood) RETURNS text LANGUAGE sql AS 'SELECT $1::text'`,
    );
    const script = await read(source);
    const { problems, leftOut, statements } = script;
    expect(problems).toEqual([
      'column auth.users.mood needs type public.mood',
      'column auth.users.moods needs type public.mood',
      'default of storage.buckets.owner needs function public.new_id()',
      'function auth.mood_of(public.mood) needs type public.mood',
      'index auth.part_ids indexes on partitioned tables are not carried',
      'operator auth.===(integer,integer) objects of this kind are not carried',
    ]);
    expect(leftOut).toEqual([
      {
        object: 'view auth.moods',
        because: 'needs type public.mood',
      },
      {
        object: 'view auth.moods_too',
        because: 'needs view auth.moods, which cannot come along',
      },
    ]);
    expect(statements).toEqual({ preData: [], postData: [], builds: [] });
    expect(
      compareSchemas(await read(await databases.create(ddl('small-studio.sql'))), script),
    ).toEqual([
      'column auth.users.mood is extra',
      'column auth.users.moods is extra',
      'default of storage.buckets.owner is extra',
      'function auth.mood_of(public.mood) is extra',
      'operator auth.===(integer,integer) is extra',
      'table auth.parts is extra',
    ]);
  });

  it('reads the same as a role that is no superuser', async () => {
    const source = await databases.create(ddl('small-studio.sql'));
    const reader = `${source}_reader`;
    await run('postgres', `CREATE ROLE ${reader} LOGIN PASSWORD '${reader}'`);
    try {
      expect(contentOf(await read(source, { user: reader }))).toEqual(
        contentOf(await read(source)),
      );
    } finally {
      await run('postgres', `DROP ROLE ${reader}`);
    }
  });

  it('mentions every role that the statements need, and no other', async () => {
    const { roles, statements } = await read(await databases.create(ddl('small-studio.sql')));
    const text = [...statements.preData, ...statements.postData].join('\n');
    expect(roles).toEqual(
      expect.arrayContaining(['anon', 'dashboard_user', 'supabase_auth_admin']),
    );
    expect(roles.filter((role) => !text.includes(`"${role}"`))).toEqual([]);
  });

  it('puts keys, indexes, triggers and policies after the rows, and NOT VALID checks with them', async () => {
    const { statements } = await read(await databases.create(ddl('small-studio.sql')));
    expect(statements.preData.join('\n')).not.toMatch(
      /PRIMARY KEY|FOREIGN KEY|UNIQUE|CREATE INDEX|CREATE TRIGGER|CREATE POLICY|NOT VALID/,
    );
    expect(statements.postData.join('\n')).not.toMatch(
      /CREATE (TABLE|TYPE|SCHEMA|SEQUENCE|FUNCTION)/,
    );
  });
});
