import { parse } from 'yaml';
import { NO_SCOPES, scopesSchema } from '../../workflows/domain/scopes';
import { execute, query } from '../support/harness/databases';
import { planOf } from '../support/harness/plan-of';
import { useTestbed } from '../ground/use-testbed';

/** Columns, keys, checks and indexes of `auth` that need what stands in `public`. */
const NEEDING_PUBLIC = `
  CREATE TYPE public.member_kind AS ENUM ('guest', 'member');
  CREATE TYPE public."Odd.pair" AS (kind public.member_kind, n int);
  CREATE DOMAIN public.short AS text CHECK (length(VALUE) < 99);
  CREATE SEQUENCE public.user_no INCREMENT 7;
  SELECT setval('public.user_no', 700);
  CREATE FUNCTION public.norm(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(btrim(t))';
  ALTER TABLE auth.users
    ADD COLUMN kind public.member_kind DEFAULT 'guest',
    ADD COLUMN kinds public.member_kind[],
    ADD COLUMN pair public."Odd.pair",
    ADD COLUMN short public.short DEFAULT 'x',
    ADD COLUMN no bigint DEFAULT nextval('public.user_no'),
    ADD COLUMN email_norm text GENERATED ALWAYS AS (public.norm(email)) STORED,
    ADD CONSTRAINT email_ok CHECK (public.norm(email) <> 'x');
  CREATE UNIQUE INDEX users_norm ON auth.users (public.norm(email), id);
  UPDATE auth.users SET kinds = '{member,guest}', pair = ('member', 1);`;

describe('objects of other schemas that what moves needs', () => {
  const on = useTestbed({ source: NEEDING_PUBLIC });

  function configure(lines: readonly string[]): void {
    const read = lines.map((line) => scopesSchema.parse(parse(line)));
    const scopes = {
      ...NO_SCOPES,
      carry: read.flatMap(({ carry }) => carry),
      tables: Object.fromEntries(read.flatMap(({ tables }) => Object.entries(tables))),
      columns: Object.fromEntries(read.flatMap(({ columns }) => Object.entries(columns))),
    };
    on.bed.configured.settings = { ...on.bed.configured.settings, scopes };
  }

  const offered = (messages: readonly string[]): readonly string[] =>
    messages.flatMap((message) => /((?:carry|columns|tables): .*)$/s.exec(message)?.[1] ?? []);

  it('come along by the lines that the plan offers, with where a sequence stood', async () => {
    configure([]);
    const before = await on.plan();
    const messages = before.problems.map(({ message }) => message);
    expect(messages).toHaveLength(5);
    const lines = offered(messages);
    expect([...lines].sort()).toEqual([
      'carry: ["domain public.short"]',
      'carry: ["function public.norm(text)"]',
      'carry: ["sequence public.user_no"]',
      'carry: ["type public.\\"Odd.pair\\""]',
      'carry: ["type public.member_kind"]',
    ]);
    configure(lines);
    expect((await on.plan()).problems).toEqual([]);
    const ending = await on.bed.run('migrateProject', on.project);
    expect(ending.message).toBe('');
    const counted = `SELECT count(*)::int AS n FROM auth.users
      WHERE email_norm IS NOT DISTINCT FROM public.norm(email) AND kind = 'guest' AND (pair).n = 1 AND short = 'x'`;
    const [found] = await query<{ n: number }>(on.project.databaseName, counted);
    const [all] = await query<{ n: number }>(
      on.project.databaseName,
      'SELECT count(*)::int AS n FROM auth.users',
    );
    expect(found).toEqual(all);
    const at = `SELECT is_called, last_value > 700 AS ahead FROM public.user_no`;
    expect(await query(on.project.databaseName, at)).toEqual([{ is_called: true, ahead: true }]);
    const verified = await on.bed.run('verifyProject', on.project);
    expect(verified.message).toBe('');
  });

  it('are named where the source has no such object', async () => {
    configure(['carry: ["type public.member_kind", "type public.nothing"]']);
    const { problems } = await on.plan();
    expect(problems.map(({ message }) => message).join('\n')).toContain(
      'carry: the source has no type public.nothing',
    );
  });
});

/** Relations that cannot be made elsewhere, or have no rows of their own. */
const ODD_KINDS = `
  CREATE EXTENSION postgres_fdw SCHEMA public;
  CREATE SERVER crm FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '1');
  CREATE FOREIGN TABLE auth.remote (id uuid) SERVER crm;
  CREATE TYPE public.shape AS (id uuid, n text);
  CREATE TYPE public.mood AS ENUM ('good');
  CREATE TABLE auth.typed OF public.shape;
  CREATE TABLE public.parent (id uuid);
  CREATE TABLE public.other (id uuid);
  CREATE TABLE auth.kid () INHERITS (public.parent);
  CREATE TABLE auth.twice () INHERITS (public.parent, public.other);
  CREATE TABLE auth.moody (id uuid, mood public.mood);
  CREATE VIEW auth.seen AS SELECT id FROM public.parent;
  CREATE MATERIALIZED VIEW auth.stored AS SELECT id FROM auth.users;
  CREATE UNLOGGED TABLE auth.scratch (id int);
  CREATE TABLE auth.parted (id int, at date) PARTITION BY RANGE (at);
  CREATE SCHEMA parts;
  CREATE TABLE parts.parted_a PARTITION OF auth.parted FOR VALUES FROM (MINVALUE) TO (MAXVALUE);
  INSERT INTO auth.parted VALUES (1, '2026-01-01');`;

describe('what is excluded, of every kind,', () => {
  const on = useTestbed({ source: ODD_KINDS });

  const NAMES = ['remote', 'typed', 'kid', 'twice', 'moody', 'seen', 'stored', 'scratch', 'parted'];

  function configure(names: readonly string[]): void {
    const left = { scope: 'excluded', because: 'not of interest' } as const;
    const tables = Object.fromEntries(names.map((name) => [`auth.${name}`, left]));
    const scopes = { ...NO_SCOPES, tables };
    on.bed.configured.settings = { ...on.bed.configured.settings, scopes };
  }

  it('is named with the line that leaves it behind', async () => {
    configure([]);
    const found = (await on.plan()).problems.map(({ message }) => message).join('\n');
    for (const name of ['remote', 'typed', 'kid', 'twice', 'scratch', 'parted'])
      expect(found).toContain(`"auth.${name}": { scope: excluded, because: "…" }`);
  });

  it('is neither planned nor moved nor missed, and the rest moves', async () => {
    configure(NAMES);
    const plan = await on.plan();
    expect(plan.problems).toEqual([]);
    const ending = await on.bed.run('migrateProject', on.project);
    expect(ending.message).toBe('');
    const there = await query<{ relname: string }>(
      on.project.databaseName,
      `SELECT relname FROM pg_class WHERE relnamespace = 'auth'::regnamespace AND relname = ANY ($1) ORDER BY 1`,
      [NAMES],
    );
    expect(there.map(({ relname }) => relname)).toEqual(['parted', 'scratch']);
    expect(await query(on.project.databaseName, 'SELECT FROM auth.parted')).toEqual([]);
    expect((await on.bed.run('verifyProject', on.project)).message).toBe('');
  });
});

/** Partitions in a schema of their own, with levels, and none that would take every row. */
const PARTED = `
  CREATE SCHEMA "part itions";
  ALTER TABLE auth.audit_log_entries RENAME TO audit_old;
  ALTER TABLE auth.audit_old RENAME CONSTRAINT audit_log_entries_pkey TO audit_old_pkey;
  CREATE TABLE auth.audit_log_entries (
    instance_id uuid, id uuid NOT NULL, payload json, created_at timestamptz NOT NULL,
    ip_address varchar(64) NOT NULL DEFAULT '', PRIMARY KEY (id, created_at)
  ) PARTITION BY RANGE (created_at);
  CREATE TABLE "part itions"."a.1" PARTITION OF auth.audit_log_entries
    FOR VALUES FROM (MINVALUE) TO ('2025-01-01');
  CREATE TABLE auth.audit_b PARTITION OF auth.audit_log_entries
    FOR VALUES FROM ('2025-01-01') TO (MAXVALUE) PARTITION BY HASH (id);
  CREATE TABLE "part itions".audit_b0 PARTITION OF auth.audit_b FOR VALUES WITH (MODULUS 2, REMAINDER 0);
  CREATE TABLE auth.audit_b1 PARTITION OF auth.audit_b FOR VALUES WITH (MODULUS 2, REMAINDER 1);
  INSERT INTO auth.audit_log_entries
    SELECT instance_id, id, payload, coalesce(created_at, '2024-01-01'), ip_address FROM auth.audit_old;
  INSERT INTO auth.audit_log_entries
    SELECT NULL, gen_random_uuid(), json_build_object('actor_id', id), '2024-06-01', '' FROM auth.users;
  DROP TABLE auth.audit_old;`;

describe('partitions', () => {
  const on = useTestbed({ source: PARTED });

  it('in other schemas come along with their table, at every level', async () => {
    expect((await on.plan()).problems).toEqual([]);
    const ending = await on.bed.run('migrateProject', on.project);
    expect(ending.message).toBe('');
    const parts = await query<{ part: string; rows: boolean }>(
      on.project.databaseName,
      `SELECT tableoid::regclass::text AS part, count(*) > 0 AS rows FROM auth.audit_log_entries GROUP BY 1 ORDER BY 1`,
    );
    expect(parts.map(({ part }) => part)).toContain('"part itions"."a.1"');
    expect((await on.bed.run('verifyProject', on.project)).message).toBe('');
  });

  it('that are excluded by themselves are refused by name', async () => {
    const left = { scope: 'excluded', because: 'old' } as const;
    const scopes = { ...NO_SCOPES, tables: { 'auth.audit_b1': left } };
    on.bed.configured.settings = { ...on.bed.configured.settings, scopes };
    const { problems } = await planOf(on.bed, {
      ...on.project,
      databaseName: `${on.project.databaseName}_p`,
    });
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /tables\."auth\.audit_b1": is a partition and takes the scope of auth\.audit_log_entries/,
      ),
    ]);
  });
});

describe('an extension in a schema that moves', () => {
  const on = useTestbed({
    source: `CREATE EXTENSION pg_trgm SCHEMA auth; CREATE EXTENSION citext SCHEMA auth;
       ALTER TABLE auth.users ADD COLUMN nick auth.citext;
       CREATE INDEX users_email_trgm ON auth.users USING gin (email auth.gin_trgm_ops);`,
  });

  it('is one finding, with the statement that moves it', async () => {
    const { problems } = await on.plan();
    expect(problems.map(({ code }) => code)).toEqual(['extension', 'extension']);
    const statements = problems.map(({ message }) => /ALTER EXTENSION .*$/.exec(message)?.[0]);
    expect(statements.join('\n')).toMatch(/ALTER EXTENSION pg_trgm SET SCHEMA \w+/);
    for (const statement of statements) await execute(on.bed.source, statement ?? '');
    expect((await on.plan()).problems).toEqual([]);
  });
});
