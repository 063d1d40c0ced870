import { chmod, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freezeFleet } from '../../../activities/freeze-fleet';
import { migrateAllRequestSchema, type Project } from '../../../workflows/domain/request';
import { createDatabase, dropDatabases, execute, query } from '../../support/harness/databases';
import { until } from '../../support/until';
import { createSource } from '../../support/harness/studio-source';
import { activityEnvironment, FleetBench, nextFleetId, SNAPSHOT } from './fleet-bench';

const project = (n: number, database = `db_${n}`): Project => ({ ref: `project-00${n}`, database });
const LIST = [3, 4, 5, 6, 7].map((n) => project(n));

/** Of five projects of equal size two grow, and one shrinks. */
const UNEQUAL = `
  SET session_replication_role = replica;
  INSERT INTO auth.users (id, email, raw_app_meta_data)
    SELECT gen_random_uuid(), 'more' || n || '@four.example', '{"project_ref": "project-004"}'
      FROM generate_series(1, 7) AS n;
  INSERT INTO storage.objects (bucket_id, name)
    SELECT 'project-006-avatars', 'more-' || n FROM generate_series(1, 30) AS n;
  DELETE FROM storage.objects WHERE bucket_id = 'project-007-avatars';`;

describe('freezeFleet', () => {
  let bench: FleetBench;
  let source: string;
  beforeAll(async () => {
    source = await createSource();
    await execute(source, UNEQUAL);
    bench = await FleetBench.open(source);
  });
  afterAll(async () => {
    await bench.close();
    await dropDatabases();
  });

  const listed = (list: readonly Project[]) => ({ projects: { list } });

  it('puts the largest first, those of one size by ref, with the connections settled', async () => {
    const frozen = await bench.freeze(listed(LIST), undefined);
    const found = await bench.list(frozen);
    expect(found.map(({ ref, rows }) => [ref, rows])).toEqual([
      ['project-006', 68],
      ['project-004', 45],
      ['project-003', 38],
      ['project-005', 38],
      ['project-007', 20],
    ]);
    const overlap = { users: 0, buckets: 0 };
    const settled = { source: 'shared', target: 'projects', rows: 68, overlap };
    expect(found[0]).toEqual({ ...project(6), ...settled });
    expect(frozen).toMatchObject({ total: 5, canaries: 0, alreadyMigrated: 0, rows: 209 });
  });

  it('puts canaries before all others, smallest first', async () => {
    const frozen = await bench.freeze(listed(LIST), { canary: 2 });
    const found = await bench.list(frozen);
    expect(found.map(({ ref, canary }) => [ref, canary])).toEqual([
      ['project-007', true],
      ['project-003', true],
      ['project-006', undefined],
      ['project-004', undefined],
      ['project-005', undefined],
    ]);
    expect(frozen.canaries).toBe(2);
  });

  it('leaves out what is migrated, by its own completed marker alone', async () => {
    const [own, foreign, begun, plain] = await Promise.all(
      ['own', 'foreign', 'begun', 'plain'].map((kind) => createDatabase(kind)),
    );
    const list = [own, foreign, begun, plain].map((database, i) => project(i + 3, database));
    await bench.marker(own ?? '', 'project-003', 'completed');
    await bench.marker(foreign ?? '', 'project-999', 'completed');
    await bench.marker(begun ?? '', 'project-005', 'running');
    const frozen = await bench.freeze(listed([...list, project(7)]), {});
    const refs = (await bench.list(frozen)).map(({ ref }) => ref).sort();
    expect(refs).toEqual(['project-004', 'project-005', 'project-006', 'project-007']);
    expect(frozen).toMatchObject({ total: 4, alreadyMigrated: 1 });
    expect(await bench.doneRefs(frozen)).toEqual(['project-003']);
    const replaced = await bench.freeze(listed(list), { replace: true });
    expect(replaced).toMatchObject({ total: 4, alreadyMigrated: 0 });
  });

  it('says from when and out of which source those are that are migrated already', async () => {
    const database = await createDatabase('own');
    await bench.marker(database, 'project-003', 'completed');
    const frozen = await bench.freeze(listed([project(3, database), project(7)]), {});
    expect(frozen.migratedBefore).toEqual([
      {
        connection: 'x',
        database: source,
        projects: 1,
        firstSnapshot: SNAPSHOT,
        lastSnapshot: SNAPSHOT,
      },
    ]);
  });

  it('takes no move out of another source for done, as that of a rehearsal with a copy', async () => {
    const database = await createDatabase('rehearsed');
    await bench.marker(database, 'project-003', 'completed', 1);
    const frozen = await bench.freeze(listed([project(3, database), project(7)]), {});
    const refs = (await bench.list(frozen)).map(({ ref }) => ref).sort();
    expect(refs).toEqual(['project-003', 'project-007']);
    expect(frozen).toMatchObject({ total: 2, alreadyMigrated: 0 });
    expect(frozen.migratedBefore).toBeUndefined();
  });

  it('leaves out what is excluded, and refuses a ref that is no project', async () => {
    const broken = { ...project(4), target: 'nowhere' };
    const settings = listed([project(3), broken, project(7)]);
    const frozen = await bench.freeze(settings, { exclude: ['project-004'] });
    const refs = (await bench.list(frozen)).map(({ ref }) => ref).sort();
    expect(refs).toEqual(['project-003', 'project-007']);
    expect(frozen.excluded).toEqual(['project-004']);
    const misspelt = bench.freeze(settings, { exclude: ['project-04'] });
    await expect(misspelt).rejects.toMatchObject({ type: 'InvalidInput' });
    await expect(misspelt).rejects.toThrow(/no project of this fleet: project-04; .*project-003/);
  });

  it('stays as it was frozen, whatever the configuration says later', async () => {
    const fleetId = nextFleetId();
    const limits = { concurrency: 9 };
    const first = await bench.freeze({ ...listed(LIST), fleet: { limits } }, {}, { fleetId });
    const again = await bench.freeze(listed([project(3)]), {}, { fleetId });
    expect(again).toEqual(first);
    expect(again.limits).toEqual(limits);
    expect(await bench.freeze({ target: 'nowhere' }, {}, { fleetId })).toEqual(first);
  });

  it("takes the request's limits over the configured ones, null for none", async () => {
    const fleet = { limits: { concurrency: 8, perTarget: 2, maxFailures: 10 } };
    const limits = { perTarget: null, maxFailures: 0, perSource: 5 };
    const frozen = await bench.freeze({ ...listed(LIST), fleet }, { limits });
    expect(frozen.limits).toEqual({ concurrency: 8, maxFailures: 0, perSource: 5 });
    expect((await bench.freeze(listed(LIST), {})).limits).toEqual({ concurrency: 4 });
  });

  it('takes projects from a file, and from a query, with connections of their own', async () => {
    const file = join(bench.store.directory, 'list.jsonl');
    await writeFile(file, `{"ref":"project-003","database":"from_file","target":"again"}`);
    const [one] = await bench.list(await bench.freeze({}, { file }));
    expect(one).toMatchObject({
      database: 'from_file',
      source: 'shared',
      target: 'again',
      rows: 38,
    });
    const sql = `SELECT ref, 'q_' || substr(ref, 9) AS database, owner, 'again' AS target,
      NULL AS source FROM projects WHERE ref IN ('project-003', 'project-006')`;
    const found = await bench.list(await bench.freeze({ projects: { query: sql } }, {}));
    expect(found).toMatchObject([
      { ref: 'project-006', database: 'q_006', source: 'shared', target: 'again' },
      { ref: 'project-003', database: 'q_003', source: 'shared', target: 'again' },
    ]);
  });

  const odd = (more: Partial<Project>) => listed([...LIST, { ...project(8), ...more }]);
  it.each([
    ['no projects', {}, 'no projects are configured'],
    ['one ref twice', odd({ ref: 'project-003' }), 'have the ref "project-003"'],
    [
      'one database twice',
      odd({ database: 'db_3' }),
      'go to the database "db_3" on the server of connection "',
    ],
    [
      'one by another way',
      odd({ database: 'db_3', target: 'again' }),
      '"project-003", "project-008"',
    ],
    [
      'a strange connection',
      odd({ target: 'nowhere' }),
      'connection "nowhere" is not configured (named by project "project-008")',
    ],
  ])('refuses %s', async (...[, settings, says]) => {
    const refused = bench.freeze(settings, {});
    await expect(refused).rejects.toMatchObject({ type: 'ConfigInvalid' });
    await expect(refused).rejects.toThrow(says);
  });

  it('says what the role of the source may not read, and freezes nothing', async () => {
    const role = `poor_${source}`;
    await execute(source, `CREATE ROLE ${role} LOGIN PASSWORD '${role}'`);
    const before = await readdir(bench.store.directory);
    const url = new URL(bench.urls['shared'] ?? '');
    url.username = role;
    url.password = role;
    bench.urls['poor'] = url.href;
    const refused = bench.freeze({ ...listed(LIST), source: 'poor' }, {});
    await expect(refused).rejects.toMatchObject({ type: 'AccessDenied' });
    expect(await readdir(bench.store.directory)).toEqual(before);
    await execute(source, `DROP ROLE ${role}`);
  });

  it('refuses a backup directory that others may enter', async () => {
    await chmod(bench.store.directory, 0o755);
    const refused = bench.freeze(listed(LIST), {});
    await expect(refused).rejects.toMatchObject({ type: 'BackupUnavailable' });
    await chmod(bench.store.directory, 0o700);
  });

  it('ends its sessions and leaves nothing where it is cancelled', async () => {
    const slow = `SELECT ref, 'db' AS database, pg_sleep(30)::text AS owner FROM projects LIMIT 1`;
    const environment = activityEnvironment();
    const order = { fleetId: nextFleetId(), request: migrateAllRequestSchema.parse({}) };
    const resources = bench.resources({ projects: { query: slow } });
    const freezing = environment.run(freezeFleet, resources, order);
    const asleep = `SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND pid <> pg_backend_pid()`;
    await until('the query runs', async () => (await query('postgres', asleep))[0]);
    environment.cancel('CANCELLED');
    await expect(freezing).rejects.toThrow(/cancelled/i);
    expect(await readdir(bench.store.directory)).not.toContain(order.fleetId);
  });
});
