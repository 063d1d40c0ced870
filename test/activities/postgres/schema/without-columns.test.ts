import { compareSchemas } from '../../../../activities/postgres/schema';
import { PROJECT_EXTENT, type Extent } from '../../../../workflows/domain/extent';
import { apply, createRoles, Databases, ddl, read } from './databases';

const databases = new Databases();

beforeAll(createRoles);
afterAll(() => databases.dropAll());

/** Everything here needs one of three columns. */
const LEGACY = `
  CREATE TYPE public.mood AS ENUM ('sad');
  ALTER TABLE auth.users ADD legacy public.mood, ADD "Old One" text NOT NULL DEFAULT 'x';
  ALTER TABLE auth.users ADD gen text GENERATED ALWAYS AS (lower("Old One")) STORED;
  CREATE UNIQUE INDEX legacy_idx ON auth.users (legacy);
  ALTER TABLE auth.users ADD CONSTRAINT old_unique UNIQUE ("Old One"), ADD CONSTRAINT old_check CHECK ("Old One" <> 'y');
  CREATE TABLE auth.refers (o text REFERENCES auth.users ("Old One"), s serial);
  COMMENT ON COLUMN auth.users.legacy IS 'gone';
  GRANT SELECT (legacy) ON auth.users TO anon;
  CREATE STATISTICS auth.old_statistics ON "Old One", email FROM auth.users;
  ALTER TABLE auth.users CLUSTER ON old_unique;
  ALTER TABLE auth.users REPLICA IDENTITY USING INDEX old_unique;
  CREATE TRIGGER of_column BEFORE UPDATE OF legacy ON auth.users FOR EACH ROW EXECUTE FUNCTION storage.update_updated_at_column();
  CREATE TRIGGER when_column BEFORE UPDATE ON auth.users FOR EACH ROW WHEN (OLD."Old One" <> NEW."Old One") EXECUTE FUNCTION storage.update_updated_at_column();
  CREATE POLICY old ON auth.users USING ("Old One" = 'x');
  CREATE VIEW auth.old AS SELECT "Old One" FROM auth.users;
  CREATE VIEW auth.older AS SELECT 1 AS one FROM auth.old;
  CREATE FUNCTION auth.oldest() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT max("Old One") FROM auth.users; END;
  CREATE RULE old AS ON UPDATE TO auth.users WHERE NEW.legacy IS NULL DO INSTEAD NOTHING;`;

const EXTENT: Extent = {
  ...PROJECT_EXTENT,
  withoutColumns: [
    'auth.users.legacy',
    'auth.users.Old One',
    'auth.refers.s',
    'auth.users.not_there',
  ],
};

describe('readSchema without columns', () => {
  it('leaves the columns behind and all that needs them, and lists each', async () => {
    const source = await databases.create(`${ddl('small-studio.sql')} ${LEGACY}`);
    const script = await read(source, { extent: EXTENT });
    expect(script.problems).toEqual([]);
    const [itself, old, legacy] = [
      'stays behind by configuration',
      'stays behind by configuration with column auth.users."Old One"',
      'stays behind by configuration with column auth.users.legacy',
    ];
    expect(script.leftOut.map(({ object, because }) => [object, because])).toEqual([
      [
        'clusterOn of table auth.users',
        'needs constraint old_unique on auth.users, which does not come along',
      ],
      ['column auth.refers.s', itself],
      ['column auth.users."Old One"', itself],
      ['column auth.users.gen', old],
      ['column auth.users.legacy', itself],
      ['constraint old_check on auth.users', old],
      ['constraint old_unique on auth.users', old],
      ['constraint refers_o_fkey on auth.refers', old],
      ['default of auth.refers.s', 'stays behind by configuration with sequence auth.refers_s_seq'],
      ['function auth.oldest()', old],
      ['index auth.legacy_idx', legacy],
      ['policy old on auth.users', old],
      ['replica identity of table auth.users', 'needs an index that does not come along'],
      ['rule old on auth.users', legacy],
      ['sequence auth.refers_s_seq', itself],
      [
        'statistics old_statistics of table auth.users',
        'needs column auth.users."Old One", which does not come along',
      ],
      ['trigger of_column on auth.users', legacy],
      ['trigger when_column on auth.users', old],
      ['view auth.old', old],
      ['view auth.older', 'stays behind by configuration with view auth.old'],
    ]);

    const target = await databases.create();
    await apply(target, script.statements);
    const rebuilt = await read(target, { extent: EXTENT });
    expect(compareSchemas(script, rebuilt)).toEqual([]);
    expect(rebuilt.digest).toBe(script.digest);
    expect(
      compareSchemas(await read(await databases.create(ddl('small-studio.sql'))), rebuilt),
    ).toEqual(['table auth.refers is extra']);
  });

  it('calls a key of partitioning that is to stay behind a problem', async () => {
    const source = await databases.create(
      'CREATE SCHEMA auth; CREATE TABLE auth.parts (id int, k int) PARTITION BY LIST (k)',
    );
    const extent = { ...PROJECT_EXTENT, withoutColumns: ['auth.parts.k'] };
    expect((await read(source, { extent })).problems).toEqual([
      'table auth.parts is partitioned by k, which is to stay behind',
    ]);
  });
});
