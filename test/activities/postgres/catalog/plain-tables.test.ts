import { readPlainTables } from '../../../../activities/postgres/catalog/plain-tables';
import {
  createDatabase,
  dropDatabases,
  execute,
  withSession,
} from '../../../support/harness/databases';

/** One table for each reason not to take rows as they come, named after it. */
const TABLES = `
  CREATE FUNCTION public.own(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1';
  CREATE FUNCTION public.fire() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE DOMAIN public.checked AS int CHECK (public.own(VALUE) > 0);
  CREATE TYPE public.mood AS ENUM ('well');
  CREATE TABLE public.plain (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED,
    mood public.mood, moods public.mood[], CHECK (id > 0));
  CREATE TABLE public."Pl.ain" (id int DEFAULT public.own(1));
  CREATE TABLE public.computed (id int, other int GENERATED ALWAYS AS (public.own(id)) STORED);
  CREATE TABLE public.of_domain (id public.checked);
  CREATE TABLE public.of_domains (ids public.checked[]);
  CREATE TABLE public.checking (id int CHECK (public.own(id) > 0));
  CREATE TABLE public.unsure (id int);
  ALTER TABLE public.unsure ADD CHECK (id > 0) NOT VALID;
  CREATE TABLE public.fired (id int);
  CREATE TRIGGER fire BEFORE INSERT ON public.fired FOR EACH ROW EXECUTE FUNCTION public.fire();
  CREATE TABLE public.ruled (id int);
  CREATE RULE twice AS ON INSERT TO public.ruled DO ALSO NOTHING;
  CREATE TABLE public.referred (id int PRIMARY KEY);
  CREATE TABLE public.referring (id int REFERENCES public.referred);
  CREATE TABLE public.parent (id int);
  CREATE TABLE public.child () INHERITS (public.parent);
  CREATE TABLE public.parted (id int) PARTITION BY RANGE (id);
  CREATE TABLE public.part PARTITION OF public.parted DEFAULT;
  CREATE TABLE public.kept (id int);
  ALTER TABLE public.kept OWNER TO pg_monitor;
  REVOKE TRUNCATE ON public.kept FROM pg_monitor;`;

describe('readPlainTables', () => {
  afterAll(() => dropDatabases());

  it('names those that take rows as they come, and no other', async () => {
    const database = await createDatabase('plain');
    await execute(database, TABLES);
    const { rows } = await withSession(database, (client) =>
      client.query<{ name: string }>(
        `SELECT 'public.' || relname AS name FROM pg_class
          WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')`,
      ),
    );
    const all = [...rows.map(({ name }) => name), 'public.missing'];
    const plain = await withSession(database, async (client) => {
      await client.query('SET ROLE pg_monitor');
      const asOwner = await readPlainTables(client, ['public.kept']);
      await client.query('RESET ROLE');
      return { all: await readPlainTables(client, all), asOwner };
    });
    expect([...plain.all].sort()).toEqual(['public.Pl.ain', 'public.kept', 'public.plain']);
    expect([...plain.asOwner]).toEqual([]);
  });
});
