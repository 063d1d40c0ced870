import { PROJECT_EXTENT } from '../../../../workflows/domain/extent';
import { parseStatements, renderStatements } from '../../../../activities/postgres/schema';
import { createRoles, Databases, ddl, read, run } from './databases';

const databases = new Databases();

beforeAll(createRoles);
afterAll(() => databases.dropAll());

/** Keys and indexes that need nothing but their table, between others that need more. */
const SCHEMA = `
  CREATE SCHEMA auth; CREATE SCHEMA storage; CREATE SCHEMA other;
  CREATE FUNCTION auth.folded(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower($1)';
  CREATE TABLE auth.plain (id int PRIMARY KEY, code text UNIQUE, span int4range, parent int REFERENCES auth.plain);
  CREATE INDEX plain_lower ON auth.plain (lower(code));
  CREATE INDEX plain_folded ON auth.plain (auth.folded(code));
  CREATE INDEX plain_where_folded ON auth.plain (id) WHERE auth.folded(code) <> '';
  ALTER TABLE auth.plain ADD CONSTRAINT plain_apart EXCLUDE USING gist (span WITH &&);
  CREATE TABLE auth.parted (id int PRIMARY KEY, at date) PARTITION BY RANGE (id);
  CREATE TABLE auth.part PARTITION OF auth.parted FOR VALUES FROM (1) TO (9);
  CREATE INDEX part_at ON auth.part (at);
  CREATE MATERIALIZED VIEW auth.seen AS SELECT id FROM auth.plain;
  CREATE UNIQUE INDEX seen_id ON auth.seen (id);
  CREATE TABLE "storage"."O""dd.one" (id int, CONSTRAINT "it's" PRIMARY KEY (id));
  CREATE TABLE public.single (id int PRIMARY KEY);`;

describe('the keys and indexes that need not wait for other tables', () => {
  it('are those over columns and built-in functions of one plain table, each said of its table', async () => {
    const extent = { ...PROJECT_EXTENT, tables: ['public.single'] };
    const { statements, problems } = await read(await databases.create(SCHEMA), { extent });
    expect(problems).toEqual([]);
    const named = statements.builds.map(({ table, name, kind }) => `${kind} ${name} of ${table}`);
    expect([...named].sort()).toEqual([
      'index plain_lower of auth.plain',
      `key it's of storage.O"dd.one`,
      'key plain_code_key of auth.plain',
      'key plain_pkey of auth.plain',
    ]);
  });

  it('are statements of the second half, and stay so in the file of a backup', async () => {
    const { statements } = await read(await databases.create(ddl('small-studio.sql')));
    const own = statements.builds.map(({ statement }) => statement);
    expect(own.length).toBeGreaterThan(4);
    expect(statements.postData.filter((one) => own.includes(one))).toHaveLength(own.length);
    expect(parseStatements(renderStatements(statements))).toEqual(statements);
  });

  it('can be built before all else of the second half', async () => {
    const { statements } = await read(await databases.create(ddl('small-studio.sql')));
    const { preData, postData, builds } = statements;
    const own = builds.map(({ statement }) => statement);
    const rest = postData.filter((one) => !own.includes(one));
    const target = await databases.create();
    for (const part of [preData, own, rest])
      await run(target, ['BEGIN', ...part, 'COMMIT'].join('\n;\n'));
    expect((await read(target)).digest).toBe(
      (await read(await databases.create(ddl('small-studio.sql')))).digest,
    );
  });
});
