import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execute, query } from '../support/harness/databases';
import { actualRows, expectedRows, TABLES } from '../support/harness/expected-rows';
import { imageOf } from '../support/harness/image';
import { makeCopy, makeEmpty, makePrepared } from '../support/harness/targets';
import { openTestbed, type TestProject, type Testbed } from '../support/harness/testbed';

const NIL = '00000000-0000-0000-0000-000000000000';

describe('migrateProject', () => {
  let bed: Testbed;
  let untouched: readonly string[];
  beforeAll(async () => {
    bed = await openTestbed();
    untouched = await imageOf(bed.source);
  });
  afterAll(() => bed.close());

  function useFormat(format: 'json' | 'copy'): void {
    const { settings } = bed.configured;
    bed.configured.settings = { ...settings, backup: { ...settings.backup, format } };
  }

  async function expectMigrated(project: TestProject, replace = false): Promise<string> {
    const ending = await bed.run('migrateProject', { ...project, replace });
    expect(ending).toMatchObject({ status: 'Completed', message: '' });
    expect(ending.report).toMatchObject({ outcome: 'migrated', drift: [], problems: [] });
    const expected = await expectedRows(bed.source, project.projectRef);
    expect(Object.keys(expected).sort()).toEqual(TABLES);
    expect(await actualRows(project.databaseName)).toEqual(expected);
    for (const { table, rows, equal, digests } of ending.report?.tables ?? []) {
      expect({ table, rows, equal }).toEqual({ table, rows: expected[table]?.rows, equal: true });
      expect(digests).toEqual({
        manifest: digests.manifest,
        target: digests.manifest,
        source: digests.manifest,
      });
    }
    expect(ending.report?.tables).toHaveLength(33);
    return ending.report?.backupId ?? '';
  }

  it.each(['json', 'copy'] as const)(
    'moves exactly the rows of the project into a database that it creates (%s)',
    async (format) => {
      useFormat(format);
      await expectMigrated(bed.nextProject());
    },
  );

  it('moves into a database that exists and is empty', async () => {
    useFormat('json');
    const project = bed.nextProject();
    await makeEmpty(project.databaseName);
    await expectMigrated(project);
    expect(await query(project.databaseName, 'SELECT * FROM shop.orders')).toHaveLength(2);
  });

  it('moves into a database that has the schemas but no rows', async () => {
    useFormat('copy');
    const project = bed.nextProject();
    await makePrepared(project.databaseName);
    await expectMigrated(project);
    expect(await query(project.databaseName, 'SELECT * FROM shop.orders')).toHaveLength(2);
  });

  it('replaces the rows of a filled database when asked to', async () => {
    useFormat('json');
    const project = bed.nextProject();
    await makeCopy(project.databaseName, bed.source);
    await execute(project.databaseName, 'TRUNCATE public.profiles');
    await expectMigrated(project, true);
  });

  it('has no row of another project in the target, and a nil instance_id everywhere', async () => {
    const project = bed.nextProject();
    await expectMigrated(project);
    const others = await query(
      project.databaseName,
      `SELECT FROM auth.users WHERE raw_app_meta_data ->> 'project_ref' <> $1
       UNION ALL SELECT FROM storage.objects WHERE NOT starts_with(bucket_id, $1 || '-')`,
      [project.projectRef],
    );
    expect(others).toHaveLength(0);
    const instances = await query(
      project.databaseName,
      `SELECT instance_id FROM auth.users UNION SELECT instance_id FROM auth.refresh_tokens
       UNION SELECT instance_id FROM auth.audit_log_entries`,
    );
    expect(instances).toEqual([{ instance_id: NIL }]);
  });

  it('gives the next refresh token an id that nobody has, as Auth inserts it', async () => {
    const project = bed.nextProject();
    await expectMigrated(project);
    const [largest] = await query<{ id: string }>(
      bed.source,
      'SELECT max(id)::text AS id FROM auth.refresh_tokens',
    );
    const [next] = await query<{ id: string }>(
      project.databaseName,
      `INSERT INTO auth.refresh_tokens (instance_id, token, user_id, revoked, parent, session_id, created_at, updated_at)
       SELECT '${NIL}', 'a-new-token', s.user_id::text, false, '', s.id, now(), now() FROM auth.sessions s LIMIT 1
       RETURNING id::text`,
    );
    expect(Number(next?.id)).toBeGreaterThan(Number(largest?.id));
  });

  it('leaves a whole backup: the manifest with every field, and files that only we can read', async () => {
    useFormat('json');
    const project = bed.nextProject();
    const backupId = await expectMigrated(project);
    const folder = join(bed.backups, backupId);
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'metadata.json'), 'utf8'));
    const expected = await expectedRows(bed.source, project.projectRef);
    expect(manifest).toMatchObject({
      backupId,
      projectRef: project.projectRef,
      databaseName: project.databaseName,
      ownerUserId: project.ownerUserId,
      backupPath: folder,
      rowCounts: Object.fromEntries(TABLES.map((table) => [table, expected[table]?.rows])),
      version: 1,
      kind: 'project',
      format: 'json',
      source: { connection: 'shared', database: bed.source },
      tenancy: { users: { by: 'app-metadata', key: 'project_ref' } },
    });
    expect(manifest).toHaveProperty('snapshotLsn');
    expect(manifest).toHaveProperty('timestamp');
    const users: unknown = JSON.parse(await readFile(join(folder, 'auth_users.json'), 'utf8'));
    expect(users).toHaveLength(expected['auth.users']?.rows ?? -1);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'auth_users.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'metadata.json'))).mode & 0o777).toBe(0o600);
  });

  it('leaves the source as it was, every row and every object', async () => {
    expect(await imageOf(bed.source)).toEqual(untouched);
  });
});
