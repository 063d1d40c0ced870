import { readSchema } from '../../activities/postgres/schema';
import { createDatabase, dropDatabases, urlOf, withSession } from '../support/harness/databases';
import { createSource } from '../support/harness/studio-source';
import { withPool } from '../support/harness/with-pool';

const OPERATOR = `CREATE OPERATOR public.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)`;
const NEEDS = 'needs operator public.===(pg_catalog.text,pg_catalog.text)';

describe('what an operator, an operator class or a text search configuration of another schema is needed for', () => {
  let source: string;
  beforeAll(async () => {
    source = await createSource();
  });
  afterAll(() => dropDatabases());

  async function read(...statements: readonly string[]): ReturnType<typeof readSchema> {
    const database = await createDatabase('outside', source);
    await withSession(database, async (client) => {
      for (const statement of statements) await client.query(statement);
    });
    return withPool(urlOf(database), (pool) => readSchema(pool));
  }

  it.each([
    [
      'constraint "is ok" on auth.users',
      'ALTER TABLE auth.users ADD CONSTRAINT "is ok" CHECK (email OPERATOR(public.===) email)',
    ],
    [
      'index auth.one',
      'CREATE UNIQUE INDEX one ON auth.users ((email OPERATOR(public.===) email), id)',
    ],
    [
      'default of auth.users.extra',
      `ALTER TABLE auth.users ADD COLUMN extra boolean DEFAULT ('a'::text OPERATOR(public.===) 'b')`,
    ],
    [
      'column auth.users.made',
      `ALTER TABLE auth.users ADD COLUMN made boolean GENERATED ALWAYS AS (email::text OPERATOR(public.===) 'b') STORED`,
    ],
    [
      'function auth.same(pg_catalog.text)',
      `CREATE FUNCTION auth.same(text) RETURNS boolean LANGUAGE sql BEGIN ATOMIC SELECT $1 OPERATOR(public.===) 'b'; END`,
    ],
    ['domain auth.odd', 'CREATE DOMAIN auth.odd AS text CHECK (VALUE OPERATOR(public.===) VALUE)'],
  ])('is a problem: %s', async (object, statement) => {
    expect((await read(OPERATOR, statement)).problems).toEqual([`${object} ${NEEDS}`]);
  });

  it('stays behind if the rest works without it', async () => {
    const { leftOut, problems } = await read(
      OPERATOR,
      'CREATE INDEX several ON auth.users ((email OPERATOR(public.===) email))',
      `CREATE POLICY own ON auth.users USING (email::text OPERATOR(public.===) 'b')`,
      `CREATE VIEW auth.same AS SELECT email::text OPERATOR(public.===) 'b' AS same FROM auth.users`,
      'CREATE TEXT SEARCH CONFIGURATION public.mine (COPY = english)',
      `CREATE INDEX found ON auth.users USING gin (to_tsvector('public.mine'::regconfig, email::text))`,
      'CREATE OPERATOR CLASS public.mine FOR TYPE text USING hash AS OPERATOR 1 =, FUNCTION 1 hashtext(text)',
      'CREATE INDEX hashed ON auth.users USING hash (email public.mine)',
    );
    expect(problems).toEqual([]);
    expect(leftOut.map(({ object, because }) => `${object} ${because}`)).toEqual(
      expect.arrayContaining([
        `index auth.several ${NEEDS}`,
        `policy own on auth.users ${NEEDS}`,
        `view auth.same ${NEEDS}`,
        'index auth.found needs text search configuration public.mine',
        'index auth.hashed needs operator class public.mine USING hash',
      ]),
    );
  });

  it('comes along if an extension brings it', async () => {
    const { problems, leftOut, extensions } = await read(
      'CREATE SCHEMA extensions',
      'CREATE EXTENSION pg_trgm SCHEMA extensions',
      'CREATE INDEX like_it ON auth.users USING gin (email extensions.gin_trgm_ops)',
    );
    expect(problems).toEqual([]);
    expect(leftOut.map(({ object }) => object)).not.toContain('index auth.like_it');
    expect(extensions.map(({ name }) => name)).toContain('pg_trgm');
  });
});
