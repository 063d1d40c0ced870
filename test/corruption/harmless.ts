import type { Corruption } from './corruption';

/** Changes that leave everything in the schemas as it was: none may be reported. */
export const HARMLESS: readonly Pick<Corruption, 'what' | 'sql'>[] = [
  { what: 'nothing', sql: 'SELECT' },
  {
    what: 'another schema with tables, views and functions',
    sql: `CREATE SCHEMA shop; CREATE TABLE shop.orders (id int PRIMARY KEY); INSERT INTO shop.orders VALUES (1);
          CREATE FUNCTION shop.total() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$`,
  },
  {
    what: 'a table of the studio that refers to people',
    sql: `CREATE TABLE public.profiles (id uuid PRIMARY KEY REFERENCES auth.users (id) ON DELETE CASCADE);
          INSERT INTO public.profiles SELECT id FROM auth.users`,
  },
  {
    what: 'a view of the studio over people',
    sql: 'CREATE VIEW public.people AS SELECT id, email FROM auth.users',
  },
  {
    what: 'a trigger that was left out because it calls a function of the studio',
    sql: `CREATE FUNCTION public.handle_new_user() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
          CREATE TRIGGER on_auth_user_created AFTER INSERT ON auth.users
            FOR EACH ROW EXECUTE FUNCTION public.handle_new_user()`,
  },
  {
    what: 'rows in another order on disk',
    sql: `CREATE TEMP TABLE kept AS SELECT * FROM auth.sessions ORDER BY md5(id::text);
          DELETE FROM auth.sessions; INSERT INTO auth.sessions SELECT * FROM kept`,
  },
  {
    what: 'rows that were touched',
    sql: 'UPDATE storage.objects SET id = id; UPDATE auth.users SET id = id',
  },
  {
    what: 'a table that was rewritten',
    sql: `CLUSTER auth.refresh_tokens USING refresh_tokens_pkey; ALTER TABLE auth.refresh_tokens SET WITHOUT CLUSTER`,
  },
  { what: 'indexes that were rebuilt', sql: 'REINDEX TABLE auth.users' },
  { what: 'new statistics', sql: 'ANALYZE' },
  {
    what: 'a sequence that stands there in other words',
    sql: `SELECT setval('auth.refresh_tokens_id_seq', last_value - 1, true) FROM auth.refresh_tokens_id_seq
           WHERE NOT is_called`,
  },
  {
    what: 'a sequence that has been used',
    sql: `SELECT nextval('auth.refresh_tokens_id_seq')`,
  },
  {
    what: 'a sequence far ahead',
    sql: `SELECT setval('auth.refresh_tokens_id_seq', 9223372036854775806)`,
  },
  {
    what: 'default privileges that were spelled out',
    sql: 'REVOKE ALL ON FUNCTION storage.filename FROM PUBLIC; GRANT EXECUTE ON FUNCTION storage.filename TO PUBLIC',
  },
  {
    what: 'a function that was created again as it was',
    sql: `DO $do$ BEGIN EXECUTE pg_get_functiondef('auth.jwt()'::regprocedure); END $do$`,
  },
  {
    what: 'a comment on the database',
    sql: ({ database }) => `COMMENT ON DATABASE ${database} IS 'The database of one project.'`,
  },
  {
    what: 'a column that came and went',
    sql: 'ALTER TABLE storage.buckets ADD extra text; ALTER TABLE storage.buckets DROP extra',
  },
];
