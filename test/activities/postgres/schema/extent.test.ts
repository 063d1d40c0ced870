import { z } from 'zod';
import {
  compareSchemas,
  schemaObjectsOutsideThatDependOn,
  type SchemaScript,
} from '../../../../activities/postgres/schema';
import { PROJECT_EXTENT, type Extent } from '../../../../workflows/domain/extent';
import { apply, createRoles, Databases, ddl, read, run, withClient } from './databases';

const databases = new Databases();
let source: string;
let script: SchemaScript;
let rebuilt: string;

beforeAll(async () => {
  await createRoles();
  source = await databases.create(`${ddl('small-studio.sql')} ${ddl('tables.sql')}`);
  script = await read(source, { extent: EXTENT });
  rebuilt = await databases.create();
  await apply(rebuilt, script.statements);
});
afterAll(() => databases.dropAll());

const TABLES = ['public.profiles', 'app.notes', 'public.gone'];
const EXTENT: Extent = { ...PROJECT_EXTENT, tables: TABLES };

function objectNames(snapshot: string): readonly string[] {
  const { objects } = z
    .object({ objects: z.record(z.string(), z.unknown()) })
    .parse(JSON.parse(snapshot));
  return Object.keys(objects);
}

async function execute(database: string, statements: readonly string[]): Promise<void> {
  await run(database, ['BEGIN', ...statements, 'COMMIT'].join(';\n'));
}

async function names(database: string, sql: string): Promise<readonly unknown[]> {
  return withClient(database, async (client) => {
    const { rows } = await client.query<{ name: string }>(sql);
    return rows.map(({ name }) => name);
  });
}

const SCHEMAS = `SELECT nspname AS name FROM pg_namespace
  WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1`;
const TYPES = `SELECT n.nspname || '.' || t.typname AS name FROM pg_type t
  JOIN pg_namespace n ON n.oid = t.typnamespace
 WHERE n.nspname IN ('public', 'kinds') AND t.typtype IN ('e', 'c', 'd') ORDER BY 1`;

describe('readSchema of single tables', () => {
  it('brings a table with its parts, sequences, types and schema, and nothing else', async () => {
    expect(script.problems).toEqual([]);
    const target = rebuilt;
    const arrived = await read(target, { extent: EXTENT });
    expect(compareSchemas(script, arrived)).toEqual([]);
    expect(arrived.digest).toBe(script.digest);
    expect(await names(target, SCHEMAS)).toEqual([
      ...['app', 'auth', 'extensions', 'kinds', 'public', 'storage'],
    ]);
    expect(await names(target, TYPES)).toEqual([
      ...['kinds.mood', 'public.address', 'public.handle', 'public.profiles'],
    ]);
    expect(objectNames(arrived.snapshot)).toEqual(
      expect.arrayContaining([
        'comment on table app.notes',
        'constraint notes_profile_fkey on app.notes',
        'constraint profiles_note_fkey on public.profiles',
        'default of public.profiles.n',
        'index app.notes_body',
        'policy everybody on app.notes',
        'privileges of anon on sequence public.profiles_n_seq',
        'privileges of anon on table app.notes',
        'privileges of authenticated on schema app',
        'trigger dated on public.profiles',
      ]),
    );
  });

  it('leaves out and names what leads outside', () => {
    expect(script.leftOut).toEqual([
      {
        object: 'constraint profiles_team_fkey on public.profiles',
        because: 'needs column public.teams.id',
      },
      {
        object: 'trigger touched on public.profiles',
        because: 'needs function public.touch()',
      },
    ]);
  });

  it('finds what is changed about the table, its type or its schema', async () => {
    const target = await databases.create('', rebuilt);
    await run(
      target,
      `ALTER TYPE kinds.mood ADD VALUE 'calm'; DROP INDEX app.notes_body; GRANT CREATE ON SCHEMA app TO anon, authenticated;
       ALTER TABLE app.notes ALTER body SET STORAGE MAIN; DROP STATISTICS app.notes_statistics`,
    );
    expect(compareSchemas(script, await read(target, { extent: EXTENT }))).toEqual([
      'column app.notes.body: storage is "MAIN", was "EXTERNAL"',
      'index app.notes_body is missing',
      expect.stringContaining('privileges of authenticated on schema app: privileges is'),
      'table app.notes: statistics notes_statistics is not set, was "CREATE STATISTICS app.notes_statistics ON other, body FROM app.notes owner postgres target default"',
      'type kinds.mood: values is "[\\"sad\\",\\"happy\\",\\"calm\\"]", was "[\\"sad\\",\\"happy\\"]"',
    ]);
  });

  it.each([
    ['DROP TABLE app.notes CASCADE', 'table app.notes is missing'],
    ['ALTER TABLE public.profiles ADD extra int', 'column public.profiles.extra is extra'],
  ])('finds %s', async (change, line) => {
    const target = await databases.create(change, rebuilt);
    const differences = compareSchemas(script, await read(target, { extent: EXTENT }));
    expect(differences).toContain(line);
  });

  it('calls a function of another schema that a table cannot do without a problem', async () => {
    const other = await databases.create(
      `CREATE FUNCTION public.f() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
       CREATE TABLE public.one (id int DEFAULT public.f(), g int GENERATED ALWAYS AS (public.f()) STORED, CHECK (id > public.f()))`,
    );
    const extent = { schemas: [], tables: ['public.one'], withoutColumns: [] };
    const { problems, statements } = await read(other, { extent });
    expect(problems).toEqual([
      'column public.one.g needs function public.f()',
      'constraint one_id_check on public.one needs function public.f()',
      'default of public.one.id needs function public.f()',
    ]);
    expect(statements.preData).toEqual([]);
  });
});

describe('the removal of a script', () => {
  it('takes exactly the tables away and what came with them, in what is there', async () => {
    const target = await databases.create('', rebuilt);
    const { removal } = await read(target, { extent: EXTENT });
    expect(removal.join('\n')).not.toContain('CASCADE');
    await execute(target, removal);
    const outside = await withClient(target, (client) =>
      schemaObjectsOutsideThatDependOn(client, EXTENT.schemas),
    );
    expect(outside).toEqual([]);
    await run(target, 'DROP SCHEMA auth CASCADE; DROP SCHEMA storage CASCADE');
    expect(await names(target, SCHEMAS)).toEqual(['extensions', 'public']);
    expect(await names(target, TYPES)).toEqual([]);
  });

  it.each([
    ['a view', 'CREATE VIEW public.of_it AS SELECT id FROM public.profiles', 'view of_it depends'],
    ['a type', 'CREATE TABLE public.other (a public.address)', 'column a of table'],
    ['a table in the schema', 'CREATE TABLE app.other ()', 'table app.other depends on schema app'],
  ])('fails when %s outside depends on it', async (_, made, detail) => {
    const target = await databases.create(made, rebuilt);
    const { removal } = await read(target, { extent: EXTENT });
    const refusal: unknown = await execute(target, removal).catch((error: unknown) => error);
    expect(refusal).toHaveProperty('code', '2BP01');
    expect(refusal).toHaveProperty('detail', expect.stringContaining(detail));
  });

  it('is empty where there are no single tables', async () => {
    expect((await read(source)).removal).toEqual([]);
    const extent = { ...EXTENT, tables: ['public.gone'] };
    expect((await read(source, { extent })).removal).toEqual([]);
  });
});
