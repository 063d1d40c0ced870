import type { Client } from 'pg';
import { readTables } from '../../../../activities/postgres/catalog/tables';
import { checkStale } from '../../../../activities/postgres/checks/stale';
import { qualified } from '../../../../activities/postgres/identifiers';
import { classify } from '../../../../activities/postgres/scope/classify';
import { existence, readKeysOf } from '../../../../activities/postgres/scope/project-keys';
import type { ProjectKeys } from '../../../../activities/postgres/scope/rules';
import { scoped, type ScopedTable } from '../../../../activities/postgres/scope/project-scope';
import { NO_FINDINGS } from '../../../../workflows/domain/findings';
import { NO_SCOPES, type Scopes } from '../../../../workflows/domain/scopes';
import { PROJECT_EXTENT } from '../../../../workflows/domain/extent';
import type { Tenancy } from '../../../../workflows/domain/tenancy';
import { execute, query, withSession } from '../../../support/harness/databases';
import { createSource } from '../../../support/harness/studio-source';

const NOTES: Scopes = {
  ...NO_SCOPES,
  tables: {
    'auth.notes': { scope: 'owned', via: 'user_id -> auth.users.id' },
    'auth.replies': { scope: 'owned', via: 'note -> auth.notes.id' },
  },
};

const BY_PREFIX = { by: 'id-prefix', separator: '-' } as const;
const BY_METADATA: Tenancy = {
  users: { by: 'app-metadata', key: 'project_ref' },
  buckets: BY_PREFIX,
};

describe('a project with too many users for a list', () => {
  let source: string;
  let ref: string;
  let configuredRefs: readonly string[];
  beforeAll(async () => {
    source = await createSource();
    await execute(
      source,
      `CREATE TABLE auth.notes (id int PRIMARY KEY, user_id uuid REFERENCES auth.users);
       CREATE TABLE auth.replies (note int REFERENCES auth.notes);
       INSERT INTO auth.notes SELECT row_number() OVER (), id FROM auth.users;
       INSERT INTO auth.replies SELECT id FROM auth.notes;
       CREATE VIEW public.members AS
         SELECT id AS user_id, raw_app_meta_data ->> 'project_ref' AS ref FROM auth.users;
       INSERT INTO auth.audit_log_entries (id, payload)
         SELECT gen_random_uuid(), json_build_object('actor_id', f.id)
           FROM auth.users AS u, LATERAL (VALUES (upper(u.id::text)), (replace(u.id::text, '-', '')), (u.id || ' '), ('x')) AS f (id);
       UPDATE auth.refresh_tokens SET user_id = NULL WHERE session_id IS NOT NULL;
       UPDATE auth.users SET raw_app_meta_data = '{}', deleted_at = now()
        WHERE id IN (SELECT id FROM auth.users ORDER BY id LIMIT 30)`,
    );
    const projects = await query<{ ref: string }>(source, 'SELECT ref FROM public.projects');
    ref = projects[0]?.ref ?? '';
    configuredRefs = [...projects.map((project) => project.ref), 'nobody'];
  });

  async function keysOf(
    client: Client,
    tenancy: Tenancy,
    refs: readonly string[],
  ): Promise<ProjectKeys> {
    const exists = existence(await readTables(client, PROJECT_EXTENT));
    const rules = { tenancy, configuredRefs };
    const keys = await readKeysOf(client, { rules, who: { refs }, exists });
    if (keys === undefined) throw new Error('the tenancy cannot tell');
    expect(keys.users.isList).toBe(refs.length === 1);
    return keys;
  }

  /** For one project the keys are a list; with another one that has no rows they are a statement. */
  async function scopeOf(
    client: Client,
    tenancy: Tenancy,
    refs: readonly string[],
    bytesOf?: ProjectKeys['bytesOf'],
  ): Promise<readonly ScopedTable[]> {
    const tables = await readTables(client, PROJECT_EXTENT);
    const keys = await keysOf(client, tenancy, refs);
    return scoped(tables, classify(tables, NOTES), {
      ...keys,
      ...(bytesOf && { bytesOf }),
    });
  }

  async function rowsOf(client: Client, tables: readonly ScopedTable[]) {
    const found: Record<string, { rows: number; md5: string } | undefined> = {};
    for (const { facts, where } of tables) {
      const { rows } = await client.query<{ rows: number; md5: string }>(
        `SELECT count(*)::int AS rows, md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) AS md5
           FROM ${qualified(facts.table)} AS t WHERE true AND ${where}`,
      );
      found[facts.table] = rows[0];
    }
    return found;
  }

  it.each<[string, Tenancy]>([
    ['in their metadata', BY_METADATA],
    [
      'in a mapping table',
      {
        users: { by: 'table', table: 'public.members', project: 'ref', user: 'user_id' },
        buckets: BY_PREFIX,
      },
    ],
    [
      'in a configured statement',
      {
        users: { by: 'query', sql: 'select user_id as id from public.members where ref = $1' },
        buckets: BY_PREFIX,
      },
    ],
    ['in their metadata, and their buckets', { ...BY_METADATA, buckets: { by: 'owner' } }],
  ])('has the same rows as one with few, by a ref %s', async (_words, tenancy) => {
    await withSession(source, async (client) => {
      await client.query('BEGIN');
      const few = await rowsOf(client, await scopeOf(client, tenancy, [ref]));
      const many = await rowsOf(client, await scopeOf(client, tenancy, [ref, 'nobody']));
      expect(many).toEqual(few);
      const short = await rowsOf(client, await scopeOf(client, tenancy, [ref, 'nobody'], () => 1));
      expect(short).toEqual(few);
      for (const table of [
        'auth.users',
        'auth.refresh_tokens',
        'auth.mfa_amr_claims',
        'auth.audit_log_entries',
        'storage.objects',
      ])
        expect(few[table]?.rows).toBeGreaterThan(0);
      expect(few['auth.replies']?.rows).toBeGreaterThan(0);
      // All tokens with a session follow it here, and have no user of their own.
      expect(few['auth.refresh_tokens']?.rows).toBeGreaterThanOrEqual(
        few['auth.sessions']?.rows ?? NaN,
      );
    });
  });

  it('is read table by table, never by looking up one user after the other', async () => {
    await withSession(source, async (client) => {
      await client.query('BEGIN');
      const tables = await scopeOf(client, BY_METADATA, [ref, 'nobody']);
      // With all else forbidden PostgreSQL would use an index if the predicate let it.
      await client.query(
        `SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off`,
      );
      for (const table of [
        'auth.identities',
        'auth.sessions',
        'auth.mfa_amr_claims',
        'auth.notes',
      ]) {
        const where = tables.find(({ facts }) => facts.table === table)?.where ?? '';
        const { rows } = await client.query<{ 'QUERY PLAN': string }>(
          `EXPLAIN SELECT FROM ${qualified(table)} AS t WHERE ${where}`,
        );
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
        expect(plan).not.toMatch(new RegExp(`Index Cond: \\((user|session)_id = `));
      }
    });
  });

  it.each<[string, string, readonly string[]]>([
    ['the usual one', `'00000000-0000-0000-0000-000000000000'`, ['nil']],
    ['none', 'NULL', []],
    [
      'the usual one and another',
      `CASE WHEN email < 'h' THEN '00000000-0000-0000-0000-000000000000'::uuid ELSE '00000000-0000-0000-0000-000000000001' END`,
      ['nil', 'one'],
    ],
  ])('has the instances that its users name: %s', async (_words, instance, expected) => {
    await withSession(source, async (client) => {
      await client.query('BEGIN');
      await client.query(
        `INSERT INTO auth.instances (id, raw_base_config) VALUES
           ('00000000-0000-0000-0000-000000000000', 'nil'), ('00000000-0000-0000-0000-000000000001', 'one');
         UPDATE auth.users SET deleted_at = NULL WHERE deleted_at IS NOT NULL;
         UPDATE auth.users SET instance_id = ${instance}`,
      );
      for (const refs of [[ref], [ref, 'nobody']]) {
        const tables = await scopeOf(client, BY_METADATA, refs);
        const where = tables.find(({ facts }) => facts.table === 'auth.instances')?.where ?? '';
        const { rows } = await client.query<{ name: string }>(
          `SELECT t.raw_base_config AS name FROM auth.instances AS t WHERE ${where} ORDER BY 1`,
        );
        expect(rows.map(({ name }) => name)).toEqual(expected);
      }
      await client.query('ROLLBACK');
    });
  });

  it('is tried for stale rows, though its statement names a table of public without the schema', async () => {
    await withSession(source, async (client) => {
      await client.query('BEGIN');
      await client.query(
        `CREATE FUNCTION auth.is_noted(id int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
         ALTER TABLE auth.notes ADD CONSTRAINT noted CHECK (auth.is_noted(id));`,
      );
      const tenancy: Tenancy = {
        users: { by: 'query', sql: 'select user_id as id from members where ref = $1' },
        buckets: BY_PREFIX,
      };
      const tables = await scopeOf(client, tenancy, [ref, 'nobody']);
      const keys = await keysOf(client, tenancy, [ref, 'nobody']);
      expect(await checkStale(client, PROJECT_EXTENT, { keys, tables })).toEqual(NO_FINDINGS);
      await client.query(
        `CREATE OR REPLACE FUNCTION auth.is_noted(id int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false'`,
      );
      const { problems } = await checkStale(client, PROJECT_EXTENT, { keys, tables });
      expect(problems.map(({ message }) => message)).toEqual([
        expect.stringMatching(/^\d+ rows of auth\.notes would break check noted in the target/),
      ]);
      await client.query('ROLLBACK');
    });
  });
});
