import { Connections } from '../../../activities/postgres/connections';
import { readTables } from '../../../activities/postgres/catalog/tables';
import type { Client } from '../../../activities/postgres/database-client';
import { readProjectScope } from '../../../activities/postgres/scope/project-scope';
import { takeCensus } from '../../../activities/postgres/scope/census';
import type { Counted } from '../../../activities/postgres/scope/grouped-counts';
import { transaction } from '../../../activities/postgres/transaction';
import { extentOf, NO_SCOPES } from '../../../workflows/domain/scopes';
import type { BucketTenancy, Tenancy, UserTenancy } from '../../../workflows/domain/tenancy';
import { dropDatabases, execute, query, urlOf } from '../../support/harness/databases';
import { createSource } from '../../support/harness/studio-source';

const BY_METADATA: UserTenancy = { by: 'app-metadata', key: 'project_ref' };
const BY_PREFIX: BucketTenancy = { by: 'id-prefix', separator: '-' };
const MEMBERS: UserTenancy = { by: 'table', table: 'public.members', project: 'ref', user: 'who' };
const ROOMS: BucketTenancy = { by: 'table', table: 'public.rooms', project: 'ref', bucket: 'room' };
const OF_REF: UserTenancy = {
  by: 'query',
  sql: 'SELECT who AS id FROM members WHERE ref = $1 -- his',
};
const BY_INSTANCE: UserTenancy = {
  by: 'instance-id',
  sql: 'SELECT instance_id FROM projects WHERE ref = $1;',
};
const ALL: UserTenancy = { by: 'all' };

/** Mapping tables with what a studio may get wrong in them: capitals, rows twice, strangers, numbers. */
const MAPPING = `
  CREATE TABLE public.members AS
    SELECT raw_app_meta_data ->> 'project_ref' AS ref, upper(id::text) AS who, 7 AS number
      FROM auth.users WHERE email LIKE 'user%';
  INSERT INTO public.members SELECT * FROM public.members LIMIT 20;
  INSERT INTO public.members SELECT 'stranger', who, 8 FROM public.members LIMIT 20;
  INSERT INTO public.members SELECT m.ref, o.who, 7 FROM public.members m
    JOIN public.members o ON o.ref < m.ref LIMIT 5;
  CREATE TABLE public.rooms AS SELECT split_part(id, '-', 1) || '-' || split_part(id, '-', 2) AS ref,
    id AS room FROM storage.buckets;
  INSERT INTO public.rooms SELECT * FROM public.rooms LIMIT 10;`;

describe('takeCensus', () => {
  let source: string;
  let connections: Connections;
  let refs: readonly string[];
  beforeAll(async () => {
    source = await createSource();
    await execute(source, MAPPING);
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
    const place = { connection: 'shared', access: 'read' } as const;
    const own =
      role === undefined
        ? connections
        : new Connections(() => urlOf(source, role), { name: 'sizes' });
    return own.with(place, (client) => transaction(client, 'read-snapshot', () => use(client)));
  }

  const sizing = (tenancy: Tenancy, more: Partial<Counted> = {}): Counted => ({
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

  const RULES: readonly (readonly [string, UserTenancy, BucketTenancy])[] = [
    ['metadata and prefixes', BY_METADATA, BY_PREFIX],
    ['metadata and owners', BY_METADATA, { by: 'owner' }],
    ['mapping tables', MEMBERS, ROOMS],
    ['a mapping table and owners', MEMBERS, { by: 'owner' }],
    ['a query and owners', OF_REF, { by: 'owner' }],
    [
      'queries',
      OF_REF,
      { by: 'query', sql: 'SELECT room AS id, 1 AS ref FROM rooms WHERE ref = $1' },
    ],
    ['instances out of a table', BY_INSTANCE, BY_PREFIX],
    ['instances and owners', BY_INSTANCE, { by: 'owner' }],
    ['everything', ALL, { by: 'all' }],
    ['everybody, and owners', ALL, { by: 'owner' }],
  ];

  it.each(RULES)(
    'counts as the scopes of single projects do, by %s',
    async (...[, users, buckets]) => {
      const tenancy = { users, buckets };
      const sizes = await inSource((client) => takeCensus(client, sizing(tenancy)));
      expect(Object.fromEntries(sizes.rows)).toEqual(await oneByOne(tenancy));
      expect(sizes.isEstimated).toBe(false);
      expect(Math.min(...sizes.rows.values())).toBeGreaterThan(0);
    },
  );

  it('counts by the instance that the ref itself is, and nothing where the ref is none', async () => {
    const found = await query<{ ref: string }>(
      source,
      `SELECT instance_id::text AS ref FROM public.projects ORDER BY 1 LIMIT 3`,
    );
    const instances = found.map(({ ref }) => ref);
    const tenancy = { users: { by: 'instance-id' }, buckets: BY_PREFIX } as const;
    const { rows } = await inSource((client) =>
      takeCensus(client, sizing(tenancy, { refs: [...instances, 'no-uuid'] })),
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
    const sizes = await inSource((client) => takeCensus(client, sizing(tenancy)));
    expect(Object.fromEntries(sizes.rows)).toEqual(await oneByOne(tenancy));
    const ids = await query<{ ref: string }>(
      source,
      'SELECT instance_id::text AS ref FROM projects',
    );
    const wanted = ids.map(({ ref }) => ref);
    const byId = { users: { by: 'query', sql: typed }, buckets: BY_PREFIX } as const;
    const told = await inSource((client) => takeCensus(client, sizing(byId, { refs: wanted })));
    expect(Object.fromEntries(told.rows)).toEqual(await oneByOne(byId, wanted));
    expect(Math.max(...told.rows.values())).toBeGreaterThan(0);
  });

  it('takes all projects for equal where a statement is too slow', async () => {
    const sql = `SELECT who AS id FROM members WHERE ref = $1 AND pg_sleep(10) IS NOT NULL`;
    const tenancy = { users: { by: 'query', sql }, buckets: BY_PREFIX } as const;
    const sizes = await inSource((client) =>
      takeCensus(client, sizing(tenancy, { patience: 300 })),
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
    const sizes = await inSource((client) => takeCensus(client, sizing(tenancy)), role);
    expect(Object.fromEntries(sizes.rows)).toEqual(await oneByOne(tenancy));
    await execute(source, `REVOKE SELECT ON storage.objects FROM ${role}`);
    const denied = inSource((client) => takeCensus(client, sizing(tenancy)), role);
    await expect(denied).rejects.toMatchObject({ type: 'AccessDenied' });
    await execute(source, `DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });
});

/** A project whose ref begins with another's: its bucket is not the other's. */
function longer(ref: string): string {
  return `
    INSERT INTO auth.users (id, email, raw_app_meta_data)
    VALUES (gen_random_uuid(), 'longer@${ref}.example', '{"project_ref": "${ref}-x"}');
    INSERT INTO storage.buckets (id, name) VALUES ('${ref}-x-files', '${ref}-x-files');
    INSERT INTO storage.objects (bucket_id, name) VALUES ('${ref}-x-files', 'one');`;
}
