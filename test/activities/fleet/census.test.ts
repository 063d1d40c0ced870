import { Connections } from '../../../activities/postgres/session/connections';
import { readTables } from '../../../activities/postgres/catalog/tables';
import type { Client } from '../../../activities/postgres/session/database-client';
import { readProjectScope } from '../../../activities/postgres/scope/project-scope';
import { findOverlap, type Overlap } from '../../../activities/postgres/scope/ownership';
import {
  countRowsPerProject,
  type CountedProjects,
} from '../../../activities/postgres/scope/census';
import { transaction } from '../../../activities/postgres/session/transaction';
import { extentOf, NO_SCOPES } from '../../../workflows/domain/scopes';
import type { BucketTenancy, Tenancy } from '../../../workflows/domain/tenancy';
import { dropDatabases, execute, query, urlOf } from '../../support/harness/databases';
import { createSource } from '../../support/harness/studio-source';
import { BY_METADATA, BY_PREFIX, MAPPING, MEMBERS, ROOMS, RULES, longer } from './mapped-studio';

describe('countRowsPerProject', () => {
  let source: string;
  let connections: Connections;
  let refs: readonly string[];
  beforeAll(async () => {
    source = await createSource();
    await execute(source, MAPPING);
    await execute(source, 'TRUNCATE storage.buckets_analytics, storage.buckets_vectors CASCADE');
    const found = await query<{ ref: string }>(
      source,
      'SELECT ref FROM public.projects ORDER BY 1',
    );
    refs = found.map(({ ref }) => ref);
    const [first = ''] = refs;
    await execute(source, longer(first));
    connections = new Connections(() => urlOf(source), { name: 'sizes' });
  });
  afterAll(dropDatabases);

  async function inSource<T>(use: (client: Client) => Promise<T>, role?: string): Promise<T> {
    const databaseRef = { connection: 'shared', access: 'read' } as const;
    const own =
      role === undefined
        ? connections
        : new Connections(() => urlOf(source, role), { name: 'sizes' });
    return own.with(databaseRef, (client) =>
      transaction(client, 'read-snapshot', () => use(client)),
    );
  }

  const sizing = (tenancy: Tenancy, more: Partial<CountedProjects> = {}): CountedProjects => ({
    tenancy,
    scopes: NO_SCOPES,
    configuredRefs: refs,
    refs,
    ...more,
  });

  /** What the plan of one project after another counts. */
  async function oneByOne(tenancy: Tenancy, of = refs): Promise<Readonly<Record<string, number>>> {
    return inSource(async (client) => {
      const tables = await readTables(client, extentOf(NO_SCOPES));
      const found: Record<string, number> = {};
      for (const projectRef of of) {
        const wanted = { tenancy, scopes: NO_SCOPES, projectRef, configuredRefs: refs };
        const { keys, tables: scoped } = await readProjectScope(client, tables, wanted);
        const objects = scoped.find(({ facts }) => facts.table === 'storage.objects')?.where ?? '';
        const counted = await client.query<{ n: number }>(
          `SELECT count(*)::int AS n FROM storage.objects AS t WHERE ${objects}`,
        );
        found[projectRef] = keys.users.count + (counted.rows[0]?.n ?? -1);
      }
      return found;
    });
  }

  /** What each plan counts that other projects claim too; a rule that gives everything to all is left to it. */
  async function overlapsOneByOne(
    tenancy: Tenancy,
  ): Promise<ReadonlyMap<string, Overlap | undefined> | undefined> {
    if (tenancy.users.by === 'all' || tenancy.buckets.by === 'all') return undefined;
    return inSource(async (client) => {
      const tables = await readTables(client, extentOf(NO_SCOPES));
      const found = new Map<string, Overlap | undefined>();
      for (const projectRef of refs) {
        const wanted = { tenancy, scopes: NO_SCOPES, projectRef, configuredRefs: refs };
        const scope = await readProjectScope(client, tables, wanted);
        found.set(projectRef, await findOverlap(client, scope, wanted));
      }
      return found;
    });
  }

  it.each(RULES)(
    'counts as the scopes of single projects do, by %s',
    async (...[, users, buckets]) => {
      const tenancy = { users, buckets };
      const sizes = await inSource((client) => countRowsPerProject(client, sizing(tenancy)));
      expect(Object.fromEntries(sizes.rows)).toEqual(await oneByOne(tenancy));
      expect(sizes.overlaps).toEqual(await overlapsOneByOne(tenancy));
      expect(sizes.isEstimated).toBe(false);
      expect(Math.min(...sizes.rows.values())).toBeGreaterThan(0);
    },
  );

  it('gives a bucket to the longest ref, though the ref ends with a part of the separator', async () => {
    const [first = ''] = refs;
    const separator = '--';
    const tenancy = { users: BY_METADATA, buckets: { by: 'id-prefix', separator } } as const;
    const { rows } = await inSource((client) => countRowsPerProject(client, sizing(tenancy)));
    const users = await query(
      source,
      `SELECT FROM auth.users WHERE raw_app_meta_data ->> 'project_ref' = $1`,
      [first],
    );
    expect(rows.get(first)).toBe(users.length + 1);
    expect(await oneByOne(tenancy, [first])).toEqual({ [first]: users.length + 1 });
  });

  it('leaves it to each plan where a statement tells other kinds of buckets apart as well', async () => {
    await execute(source, `INSERT INTO storage.buckets_vectors (id) VALUES ('vectors')`);
    const overlapsBy = async (buckets: BucketTenancy): Promise<boolean> => {
      const census = await inSource((client) =>
        countRowsPerProject(client, sizing({ users: MEMBERS, buckets })),
      );
      return census.overlaps !== undefined;
    };
    expect([await overlapsBy(ROOMS), await overlapsBy(BY_PREFIX)]).toEqual([false, true]);
    await execute(source, 'TRUNCATE storage.buckets_vectors CASCADE');
  });

  it('counts by the instance that the ref itself is, and nothing where the ref is none', async () => {
    const found = await query<{ ref: string }>(
      source,
      `SELECT instance_id::text AS ref FROM public.projects ORDER BY 1 LIMIT 3`,
    );
    const instances = found.map(({ ref }) => ref);
    const tenancy = { users: { by: 'instance-id' }, buckets: BY_PREFIX } as const;
    const { rows } = await inSource((client) =>
      countRowsPerProject(client, sizing(tenancy, { refs: [...instances, 'no-uuid'] })),
    );
    expect(rows.get('no-uuid')).toBe(0);
    const known = instances.map((ref) => [ref, rows.get(ref)]);
    expect(Object.fromEntries(known)).toEqual(await oneByOne(tenancy, instances));
    expect(rows.get(instances[0] ?? '')).toBeGreaterThan(0);
  });

  it('counts by a statement whose $1 is no text', async () => {
    const sql = `SELECT who AS id FROM members WHERE 'ref-' || number = 'ref-7' AND ref = $1 AND $1::name = ref`;
    const typed = `SELECT m.who AS id FROM members AS m JOIN projects AS p ON p.ref = m.ref WHERE p.instance_id = $1`;
    const tenancy = { users: { by: 'query', sql }, buckets: BY_PREFIX } as const;
    const sizes = await inSource((client) => countRowsPerProject(client, sizing(tenancy)));
    expect(Object.fromEntries(sizes.rows)).toEqual(await oneByOne(tenancy));
    const ids = await query<{ ref: string }>(
      source,
      'SELECT instance_id::text AS ref FROM projects',
    );
    const wanted = ids.map(({ ref }) => ref);
    const byId = { users: { by: 'query', sql: typed }, buckets: BY_PREFIX } as const;
    const told = await inSource((client) =>
      countRowsPerProject(client, sizing(byId, { refs: wanted })),
    );
    expect(Object.fromEntries(told.rows)).toEqual(await oneByOne(byId, wanted));
    expect(Math.max(...told.rows.values())).toBeGreaterThan(0);
  });

  it('takes all projects for equal where a statement is too slow', async () => {
    const sql = `SELECT who AS id FROM members WHERE ref = $1 AND pg_sleep(10) IS NOT NULL`;
    const tenancy = { users: { by: 'query', sql }, buckets: BY_PREFIX } as const;
    const sizes = await inSource((client) =>
      countRowsPerProject(client, sizing(tenancy, { patience: 300 })),
    );
    expect(sizes.isEstimated).toBe(true);
    expect(sizes.rows.size).toBe(refs.length);
    expect(Math.min(...sizes.rows.values())).toBeGreaterThan(0);
  });

  it('reads with the rights of a source role alone, and says which are missing', async () => {
    const role = `reader_${source}`;
    await execute(
      source,
      `CREATE ROLE ${role} LOGIN BYPASSRLS PASSWORD '${role}';
       GRANT USAGE ON SCHEMA auth, storage TO ${role};
       GRANT SELECT ON ALL TABLES IN SCHEMA auth, storage TO ${role}`,
    );
    const tenancy = { users: BY_METADATA, buckets: BY_PREFIX };
    const sizes = await inSource((client) => countRowsPerProject(client, sizing(tenancy)), role);
    expect(Object.fromEntries(sizes.rows)).toEqual(await oneByOne(tenancy));
    await execute(source, `REVOKE SELECT ON storage.objects FROM ${role}`);
    const denied = inSource((client) => countRowsPerProject(client, sizing(tenancy)), role);
    await expect(denied).rejects.toMatchObject({ type: 'AccessDenied' });
    await execute(source, `DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });
});
