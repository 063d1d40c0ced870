import { catalogDigest } from '../../../../activities/postgres/schema';
import { withPool } from '../../../support/harness/with-pool';
import { createRoles, Databases, ddl, run, urlOf } from './databases';

const databases = new Databases();
let template: string;
let before: string;
/** One database for all changes, each on top of those before it; and its digests so far. */
let changing: string;
const digests: string[] = [];

beforeAll(async () => {
  await createRoles();
  template = await databases.create(`${ddl('small-studio.sql')} ${ddl('tables.sql')}`);
  before = await digest(template);
  changing = await databases.create(
    `CREATE EXTENSION pg_trgm; CREATE EXTENSION hstore SCHEMA extensions;
     CREATE FUNCTION public.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$`,
    template,
  );
  digests.push(await digest(changing));
});
afterAll(() => databases.dropAll());

async function digest(database: string): Promise<string> {
  return withPool(urlOf(database), catalogDigest);
}

describe('catalogDigest', () => {
  it('is the same for what was made apart from it, with other OIDs, rows and roles', async () => {
    const other = await databases.create(
      `SELECT lo_create(0); ${ddl('small-studio.sql')} ${ddl('tables.sql')}`,
    );
    await run(other, "INSERT INTO public.teams (name) VALUES ('a'); ANALYZE");
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect(await digest(other)).toBe(before);
    expect(await digest(other)).toBe(before);
  });

  it('does not count what moveout itself leaves in its own schema', async () => {
    const marked = await databases.create(
      `CREATE SCHEMA moveout; CREATE TABLE moveout.marker (id int PRIMARY KEY, note text); GRANT SELECT ON moveout.marker TO anon;
       ALTER DEFAULT PRIVILEGES IN SCHEMA moveout GRANT SELECT ON TABLES TO anon;
       CREATE FUNCTION moveout.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; COMMENT ON SCHEMA moveout IS 'own'`,
      template,
    );
    expect(await digest(marked)).toBe(before);
  });

  it('is as it was once what was done is undone', async () => {
    const undone = await databases.create(
      `CREATE TABLE public.extra (id serial PRIMARY KEY); DROP TABLE public.extra;
       ALTER TABLE auth.users DISABLE TRIGGER ALL; ALTER TABLE auth.users ENABLE TRIGGER ALL`,
      template,
    );
    expect(await digest(undone)).toBe(before);
  });

  it.each([
    'CREATE TABLE public.extra ()',
    'CREATE SCHEMA extra',
    'ALTER TABLE app.unrelated OWNER TO anon',
    'DROP TABLE app.unrelated',
    'GRANT SELECT ON public.teams TO anon',
    'ALTER TABLE public.teams ALTER name SET NOT NULL',
    'ALTER TABLE public.teams ALTER name SET STORAGE EXTERNAL',
    "COMMENT ON FUNCTION public.touch() IS 'new'",
    'CREATE OR REPLACE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$',
    'ALTER TABLE public.profiles DISABLE TRIGGER touched',
    'ALTER TABLE public.profiles DISABLE TRIGGER ALL; ALTER TABLE public.profiles ENABLE TRIGGER USER',
    'DROP EXTENSION pg_trgm',
    'ALTER EXTENSION hstore SET SCHEMA public',
    'CREATE OPERATOR public.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)',
    'CREATE PUBLICATION changes FOR TABLE public.teams',
    'CREATE STATISTICS public.some ON id, name FROM public.teams',
    'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO anon',
    'ALTER SCHEMA public OWNER TO anon',
    'CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION public.watch()',
  ])('differs after %s', async (change) => {
    await run(changing, change);
    const now = await digest(changing);
    expect(digests).not.toContain(now);
    digests.push(now);
  });
});
