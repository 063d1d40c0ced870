import { Client } from 'pg';
import {
  readCatalogFingerprint,
  readCatalogVersion,
  type CatalogVersion,
} from '../../../../activities/postgres/catalog/fingerprint';
import { createRoles, Databases, ddl, run, urlOf } from '../schema/databases';
import { distinct, inside, stamp, stampOfVersions, whileRolesRest } from './readings';

const databases = new Databases();
let template: string;
let changing: string;
const stamps: string[] = [];
const versions: CatalogVersion[] = [];

beforeAll(async () => {
  await createRoles();
  template = await databases.create(
    `${ddl('small-studio.sql')} ${ddl('tables.sql')}
     CREATE FUNCTION public.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
     CREATE TYPE public.mood AS ENUM ('good', 'bad'); CREATE DOMAIN public.short AS text;
     CREATE SEQUENCE public.numbers; CREATE VIEW public.names AS SELECT name FROM public.teams;
     CREATE INDEX names_idx ON public.teams (name);`,
  );
  changing = await databases.create('SELECT', template);
  stamps.push(await stamp(changing));
  versions.push(await inside(changing, readCatalogVersion));
});
afterAll(() => databases.dropAll());

describe('readStamp', () => {
  it('is the same in a clone', async () => {
    const clone = await databases.create('SELECT', template);
    expect(await distinct(stamp, clone, template)).toBe(1);
    expect(await distinct(stampOfVersions, clone, template)).toBe(1);
  });

  it('differs in a database that was made apart with the same statements', async () => {
    const other = await databases.create(`${ddl('small-studio.sql')} ${ddl('tables.sql')}`);
    expect(await distinct(stamp, other, template)).toBe(2);
  });

  it('stays where rows come and go and statistics are taken', async () => {
    const filled = await databases.create(
      `INSERT INTO public.teams (name) VALUES ('a'), ('b'); SELECT nextval('public.numbers');
       ANALYZE; TRUNCATE public.teams CASCADE; ALTER SEQUENCE public.numbers RESTART WITH 7; SELECT lo_create(0);
       CREATE TEMP TABLE passing (id int)`,
      template,
    );
    await run(filled, 'VACUUM FREEZE');
    expect(await distinct(stamp, filled, template)).toBe(1);
  });

  it('is what it was once a trigger fires again, though its row has another version', async () => {
    const undone = await databases.create(
      'ALTER TABLE public.profiles DISABLE TRIGGER USER; ALTER TABLE public.profiles ENABLE TRIGGER USER',
      template,
    );
    expect(await distinct(stamp, undone, template)).toBe(1);
    expect(await distinct(stampOfVersions, undone, template)).toBe(2);
  });

  it('does not go by the search path', async () => {
    const client = new Client(urlOf(template));
    await client.connect();
    const paths = await whileRolesRest(async () => {
      const near = await readCatalogFingerprint(client);
      await client.query(`SET search_path = auth, public`);
      const far = await readCatalogFingerprint(client);
      await client.query(`RESET search_path`);
      return { near, far };
    });
    await client.end();
    expect(paths.far).toEqual(paths.near);
  });

  it.each([
    'CREATE TABLE public.extra ()',
    'CREATE SCHEMA extra',
    'ALTER TABLE app.unrelated OWNER TO anon',
    'DROP TABLE app.unrelated',
    'GRANT SELECT ON public.teams TO anon',
    'GRANT SELECT (name) ON public.teams TO anon',
    'ALTER TABLE public.teams ADD COLUMN extra int',
    'ALTER TABLE public.teams DROP COLUMN extra',
    'ALTER TABLE public.teams ALTER name SET NOT NULL',
    'ALTER TABLE public.teams ALTER name DROP NOT NULL',
    "ALTER TABLE public.teams ALTER name SET DEFAULT 'a'",
    "ALTER TABLE public.teams ALTER name SET DEFAULT 'b'",
    'ALTER TABLE public.teams ALTER name SET STORAGE EXTERNAL',
    'ALTER TABLE public.teams ALTER name SET STATISTICS 7',
    'ALTER TABLE public.teams SET (fillfactor = 50)',
    'ALTER TABLE public.teams RENAME COLUMN name TO title',
    'ALTER TABLE public.teams RENAME COLUMN title TO name; ALTER TABLE public.teams REPLICA IDENTITY FULL',
    "ALTER TABLE public.teams ADD CONSTRAINT sane CHECK (name <> 'x')",
    "ALTER TABLE public.teams DROP CONSTRAINT sane, ADD CONSTRAINT sane CHECK (name <> 'y')",
    'CREATE INDEX extra_idx ON public.teams (lower(name))',
    'ALTER INDEX public.names_idx SET (fillfactor = 60)',
    'DROP INDEX public.names_idx',
    "COMMENT ON FUNCTION public.touch() IS 'new'",
    "COMMENT ON COLUMN public.teams.name IS 'new'",
    "COMMENT ON SCHEMA public IS 'new'",
    'CREATE OR REPLACE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$',
    'ALTER FUNCTION public.touch() SECURITY DEFINER',
    'ALTER FUNCTION public.touch() SET search_path = public',
    'GRANT EXECUTE ON FUNCTION public.touch() TO anon',
    'ALTER TABLE public.profiles DISABLE TRIGGER touched',
    'ALTER TABLE public.profiles DISABLE TRIGGER ALL',
    'ALTER TABLE public.profiles ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE public.profiles FORCE ROW LEVEL SECURITY',
    'CREATE POLICY own ON public.profiles USING (true)',
    'ALTER POLICY own ON public.profiles USING (false)',
    "ALTER TYPE public.mood ADD VALUE 'better'",
    "ALTER TYPE public.mood RENAME VALUE 'better' TO 'best'",
    "ALTER DOMAIN public.short ADD CHECK (VALUE <> '')",
    'ALTER SEQUENCE public.numbers INCREMENT 3',
    'CREATE OR REPLACE VIEW public.names AS SELECT name FROM public.teams WHERE true',
    'CREATE RULE nothing AS ON DELETE TO public.teams DO INSTEAD NOTHING',
    'CREATE EXTENSION pg_trgm',
    'ALTER EXTENSION pg_trgm SET SCHEMA app',
    'DROP EXTENSION pg_trgm',
    'CREATE OPERATOR public.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)',
    'CREATE CAST (text AS public.mood) WITH INOUT',
    "CREATE COLLATION public.plain (locale = 'C')",
    'CREATE PUBLICATION changes FOR TABLE public.teams',
    "ALTER PUBLICATION changes SET (publish = 'insert')",
    'CREATE STATISTICS public.some ON id, name FROM public.teams',
    'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO anon',
    'ALTER SCHEMA public OWNER TO anon',
    'GRANT CREATE ON SCHEMA app TO dashboard_user',
    'CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION public.watch()',
    'ALTER EVENT TRIGGER watch DISABLE',
    'CREATE TABLE public.child () INHERITS (public.teams)',
    'CREATE TEXT SEARCH DICTIONARY public.plain (TEMPLATE = simple)',
    'CREATE FOREIGN DATA WRAPPER dummy',
    'CREATE ROLE stamped NOLOGIN',
    'ALTER ROLE stamped BYPASSRLS',
    'GRANT stamped TO anon',
    'DROP ROLE stamped',
  ])('differs after %s', async (change) => {
    await run(changing, change);
    const now = await stamp(changing);
    expect(now).not.toBe(stamps.at(-1));
    stamps.push(now);
    const written = await inside(changing, readCatalogVersion);
    expect(written.checksum).not.toBe(versions.at(-1)?.checksum);
    expect(written.contentKey).not.toBe(versions.at(-1)?.contentKey);
    versions.push(written);
  });

  it('is again what it was once a role is gone', async () => {
    const role = await whileRolesRest(async () => {
      const before = await stamp(changing);
      await run(changing, 'CREATE ROLE passing NOLOGIN; GRANT passing TO anon');
      const meanwhile = await stamp(changing);
      await run(changing, 'DROP ROLE passing');
      return { before, meanwhile, after: await stamp(changing) };
    });
    expect(role.meanwhile).not.toBe(role.before);
    expect(role.after).toBe(role.before);
  });
});
