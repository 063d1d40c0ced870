/** A situation in which a plan offers statements. */
export interface Trial {
  readonly name: string;
  /** The codes of the problems that offer them. */
  readonly codes: readonly [string, ...string[]];
  /** The statements that are offered, by where the code has them and their shape. */
  readonly offers: readonly string[];
  /** The role that moveout connects as; a superuser unless given. It may log in and nothing else. */
  readonly role?: string;
  /** What happens to a copy of the source, which is `:SOURCE`; `:REF` is the project. */
  readonly source?: readonly string[];
  /** What stands in the target beforehand, which is `:TARGET`; without it there is no such database. */
  readonly target?: readonly string[];
  /** What happens from another database after that. */
  readonly server?: readonly string[];
  /** What the finding asks for besides its statements, in the source. */
  readonly besides?: string;
}

const OBJECT = 'activities/postgres/schema/object-name.ts';
const SCHEMA = 'activities/plan/schema-findings.ts';
const SOURCE_ROLE = 'activities/postgres/checks/source-privileges.ts';
const TARGET_ROLE = 'activities/postgres/checks/target-privileges.ts';

/** Situations of which each makes a plan offer statements. */
export const TRIALS: readonly Trial[] = [
  {
    name: 'objects that need an operator or a table of another schema',
    codes: ['schema'],
    offers: [
      `${OBJECT}: ALTER TABLE … DROP CONSTRAINT …`,
      `${OBJECT}: ALTER … … SET SCHEMA public`,
      `${OBJECT}: DROP INDEX …`,
    ],
    source: [
      'CREATE OPERATOR public.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)',
      'ALTER TABLE auth.users ADD CONSTRAINT "is ok" CHECK (email OPERATOR(public.===) email)',
      'CREATE UNIQUE INDEX "users ok" ON auth.users ((email OPERATOR(public.===) email), id)',
      'CREATE TABLE public.orders (id int)',
      `CREATE FUNCTION auth.count_of(public.orders) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      `CREATE FUNCTION auth.same(text) RETURNS boolean LANGUAGE sql BEGIN ATOMIC SELECT $1 OPERATOR(public.===) 'a'; END`,
      'CREATE DOMAIN auth."Odd" AS text CHECK (VALUE OPERATOR(public.===) VALUE)',
    ],
  },
  {
    name: 'extensions in a schema that moves, one of which cannot be moved itself',
    codes: ['extension'],
    offers: [
      `${SCHEMA}: ALTER EXTENSION … SET SCHEMA …`,
      `${SCHEMA}: CREATE EXTENSION … SCHEMA …`,
      `${SCHEMA}: DROP EXTENSION …`,
    ],
    source: [
      'CREATE EXTENSION citext SCHEMA auth',
      'CREATE EXTENSION "uuid-ossp" SCHEMA auth',
      `UPDATE pg_extension SET extrelocatable = false WHERE extname = 'uuid-ossp'`,
    ],
  },
  {
    name: 'a function that relies on the search path, and a partition that is half detached',
    codes: ['search-path', 'odd-table'],
    offers: ['activities/postgres/checks/computed.ts: ALTER FUNCTION … SET search_path = …'],
    source: [
      'CREATE SCHEMA words',
      `CREATE FUNCTION words.lowered(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)'`,
      `CREATE FUNCTION auth."Normal"(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN lowered($1); END'`,
      'ALTER DATABASE :SOURCE SET search_path = words, public',
      'SET search_path = words, public',
      `ALTER TABLE auth.users ADD CONSTRAINT normal CHECK (auth."Normal"(email) IS DISTINCT FROM '?')`,
      'CREATE TABLE auth."Events" (id int, at int) PARTITION BY RANGE (at)',
      'CREATE TABLE auth.events_1 PARTITION OF auth."Events" FOR VALUES FROM (1) TO (2)',
      `UPDATE pg_inherits SET inhdetachpending = true WHERE inhrelid = 'auth.events_1'::regclass`,
    ],
  },
  {
    name: 'a constraint whose index is not valid',
    codes: ['schema'],
    offers: ['activities/postgres/schema/unsupported.ts: REINDEX INDEX ….…'],
    source: [
      'ALTER TABLE auth.users ADD COLUMN seen int4range, ADD CONSTRAINT "is seen" EXCLUDE USING gist (seen WITH &&)',
      `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'auth."is seen"'::regclass`,
    ],
  },
  {
    name: 'a check that the rows do not pass any more',
    codes: ['stale-rows'],
    offers: [
      'activities/postgres/checks/stale.ts: ALTER TABLE ….… DROP CONSTRAINT …, ADD CONSTRAINT … … NOT VALID',
    ],
    source: [
      `CREATE FUNCTION auth."Is known"(uuid) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'`,
      'ALTER TABLE auth.users ADD CONSTRAINT "is known" CHECK (auth."Is known"(id))',
      `CREATE OR REPLACE FUNCTION auth."Is known"(uuid) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false'`,
    ],
  },
  {
    name: 'a unique index that lies',
    codes: ['broken-index'],
    offers: ['activities/postgres/checks/broken-indexes.ts: REINDEX INDEX …'],
    source: [
      `UPDATE pg_index SET indisready = false, indisvalid = false, indislive = false WHERE indexrelid = 'auth.refresh_tokens_token_unique'::regclass`,
      `INSERT INTO auth.refresh_tokens (instance_id, token, user_id, revoked)
         SELECT u.instance_id, 'twin', u.id::text, false FROM auth.users AS u, generate_series(1, 2)
          WHERE u.raw_app_meta_data ->> 'project_ref' = ':REF'`,
      `DELETE FROM auth.refresh_tokens WHERE token = 'twin' AND ctid NOT IN
         (SELECT ctid FROM auth.refresh_tokens WHERE token = 'twin' LIMIT 2)`,
      `UPDATE pg_index SET indisready = true, indisvalid = true, indislive = true WHERE indexrelid = 'auth.refresh_tokens_token_unique'::regclass`,
    ],
    // By the index that lies none would be found.
    besides: `SET enable_indexscan = off; SET enable_bitmapscan = off;
              DELETE FROM auth.refresh_tokens WHERE token = 'twin' AND ctid NOT IN
                (SELECT ctid FROM auth.refresh_tokens WHERE token = 'twin' LIMIT 1)`,
  },
  {
    name: 'default privileges of the target, and an event trigger there that raises',
    codes: ['default-privileges', 'event-trigger'],
    offers: [
      'activities/postgres/checks/default-privileges.ts: ALTER DEFAULT PRIVILEGES FOR ROLE …… …',
      'activities/postgres/checks/event-trigger-trial.ts: ALTER EVENT TRIGGER … DISABLE',
    ],
    target: [
      'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO anon WITH GRANT OPTION',
      'ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC',
      `CREATE FUNCTION public.no_tables() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'`,
      `CREATE EVENT TRIGGER "no tables" ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION public.no_tables()`,
    ],
  },
  {
    name: 'a role that may do nothing',
    codes: ['privilege'],
    offers: [
      `${SOURCE_ROLE}: GRANT EXECUTE ON FUNCTION pg_catalog.… TO …`,
      `${SOURCE_ROLE}: GRANT SELECT ON ALL …S IN SCHEMA … TO …`,
      `${SOURCE_ROLE}: GRANT USAGE ON SCHEMA … TO …`,
      `${SOURCE_ROLE}: ALTER ROLE … BYPASSRLS`,
    ],
    role: 'nobody_of_trials',
    source: ['REVOKE EXECUTE ON FUNCTION pg_last_wal_replay_lsn() FROM PUBLIC'],
  },
  {
    name: 'a role that may do nothing in a target that is there',
    codes: ['privilege'],
    offers: [
      `${SOURCE_ROLE}: GRANT SELECT ON …….… TO …`,
      `${TARGET_ROLE}: ALTER ROLE … BYPASSRLS`,
      `${TARGET_ROLE}: GRANT CREATE ON DATABASE … TO …`,
    ],
    role: 'nothing_of_trials',
    target: ['CREATE SCHEMA extensions'],
    source: [
      'ALTER TABLE auth.users FORCE ROW LEVEL SECURITY',
      'GRANT SELECT ON ALL TABLES IN SCHEMA auth TO nothing_of_trials',
      'REVOKE SELECT ON auth.users FROM nothing_of_trials',
    ],
  },
  {
    name: 'a target that the role may not connect to',
    codes: ['privilege'],
    offers: ['activities/postgres/checks/connect-right.ts: GRANT CONNECT ON DATABASE … TO …'],
    role: 'stranger_of_trials',
    target: ['REVOKE CONNECT ON DATABASE ":TARGET" FROM PUBLIC'],
  },
  {
    name: 'a target that accepts no connections',
    codes: ['target-closed'],
    offers: ['activities/plan/target.ts: ALTER DATABASE … ALLOW_CONNECTIONS true'],
    target: [],
    server: ['ALTER DATABASE ":TARGET" ALLOW_CONNECTIONS false'],
  },
];
