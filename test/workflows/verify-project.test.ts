import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { reportText } from '../../client/report/text';
import { createDatabase, execute, query, urlOf } from '../support/harness/databases';
import { imageOf } from '../support/harness/image';
import { keepCopy, makeCopy } from '../support/harness/targets';
import { openTestbed, type TestProject, type Testbed } from '../support/harness/testbed';

const ONE_OBJECT = '(SELECT id FROM storage.objects WHERE length(version) > 8 ORDER BY id LIMIT 1)';

describe('verifyProject', () => {
  let bed: Testbed;
  let project: TestProject;
  let good: string;
  beforeAll(async () => {
    bed = await openTestbed();
    project = bed.nextProject();
    expect((await bed.run('migrateProject', project)).report?.outcome).toBe('migrated');
    good = await keepCopy(project.databaseName);
  });
  afterAll(() => bed.close());

  /** Verifies a copy of the migrated database in which something was changed. */
  async function verifyAfter(change: string, more: object = {}) {
    const { databaseName } = bed.nextProject();
    await makeCopy(databaseName, good);
    if (change !== '') await execute(databaseName, change);
    const before = await imageOf(databaseName);
    const ending = await bed.run('verifyProject', {
      projectRef: project.projectRef,
      databaseName,
      ...more,
    });
    expect(await imageOf(databaseName)).toEqual(before);
    return ending;
  }

  it('finds a good database equal, table by table', async () => {
    const ending = await verifyAfter('');
    expect(ending).toMatchObject({
      status: 'Completed',
      report: { outcome: 'verified', drift: [] },
    });
    expect(ending.report?.tables.filter(({ equal }) => equal)).toHaveLength(33);
  });

  it.each([
    [
      'one changed byte',
      `SET session_replication_role = replica; UPDATE storage.objects SET version = 'x' || substr(version, 2) WHERE id = ${ONE_OBJECT}`,
      'storage.objects',
    ],
    [
      'one microsecond',
      `UPDATE auth.audit_log_entries SET created_at = created_at + interval '1 microsecond' WHERE id = (SELECT id FROM auth.audit_log_entries WHERE created_at > '2020-01-01' LIMIT 1)`,
      'auth.audit_log_entries',
    ],
    [
      'white space inside json',
      `UPDATE auth.audit_log_entries SET payload = (payload::text || ' ')::json WHERE id = (SELECT id FROM auth.audit_log_entries WHERE payload IS NOT NULL LIMIT 1)`,
      'auth.audit_log_entries',
    ],
    [
      'a scale inside jsonb',
      `UPDATE auth.webauthn_credentials SET transports = '["hybrid", null, {"x": 1.0}]' WHERE transports::text LIKE '%1.00%'`,
      'auth.webauthn_credentials',
    ],
    [
      'NULL for an empty text',
      `UPDATE auth.users SET encrypted_password = NULL WHERE encrypted_password = ''`,
      'auth.users',
    ],
    [
      'one missing row',
      `DELETE FROM auth.mfa_amr_claims WHERE id = (SELECT id FROM auth.mfa_amr_claims LIMIT 1)`,
      'auth.mfa_amr_claims',
    ],
    [
      'one extra row',
      `INSERT INTO auth.audit_log_entries (id, payload) VALUES (gen_random_uuid(), '{}')`,
      'auth.audit_log_entries',
    ],
    [
      'an instance_id that is not nil',
      `UPDATE auth.users SET instance_id = gen_random_uuid() WHERE id = (SELECT id FROM auth.users LIMIT 1)`,
      'auth.users',
    ],
    ['a row twice for a row once', duplicated(), 'auth.schema_migrations'],
  ] as const)('finds %s and names the table', async (_what, change, table) => {
    const ending = await verifyAfter(change);
    expect(ending).toMatchObject({
      status: 'Failed',
      type: 'VerificationFailed',
      report: { outcome: 'different' },
    });
    expect(ending.message).toContain(`rows of ${table} differ`);
    const different = ending.report?.tables.filter(({ equal }) => !equal) ?? [];
    expect(different.map((evidence) => evidence.table)).toEqual([table]);
    const { missing = 0, extra = 0, changed = 0 } = different[0]?.apart ?? {};
    expect(missing + extra + changed).toBeGreaterThan(0);
  });

  it('writes the keys of differing rows beside the backup and nowhere else, and the backup stays whole', async () => {
    const [object] = await query<{ id: string }>(good, `SELECT ${ONE_OBJECT}::text AS id`);
    const id = object?.id ?? '';
    const ending = await verifyAfter(
      `SET session_replication_role = replica; DELETE FROM storage.objects WHERE id = '${id}'`,
    );
    const evidence = ending.report?.tables.find(({ table }) => table === 'storage.objects');
    const keysFile = evidence?.apart?.keysFile ?? '';
    expect(evidence?.apart).toEqual({ missing: 1, extra: 0, changed: 0, keysFile });
    expect(JSON.parse(await readFile(keysFile, 'utf8'))).toEqual([
      { kind: 'missing', key: { id } },
    ]);
    expect(JSON.stringify(ending)).not.toContain(id);
    expect(ending.report === undefined ? '' : reportText(ending.report)).toContain(
      `  storage.objects: 1 row missing, keys in ${keysFile}`,
    );
    const restored = await bed.run('restoreProject', {
      backupId: ending.report?.backupId,
      databaseName: bed.nextProject().databaseName,
    });
    expect(restored.report?.outcome).toBe('verified');
  });

  it.each([
    ['a missing table', 'DROP TABLE storage.iceberg_tables', /iceberg_tables/],
    ['a missing index', 'DROP INDEX auth.users_instance_id_idx', /users_instance_id_idx/],
    [
      'a sequence behind its column',
      `SELECT setval('auth.refresh_tokens_id_seq', 1)`,
      /refresh_tokens_id_seq/,
    ],
    [
      'a table that nobody expects',
      'CREATE TABLE storage.extra AS SELECT 1 AS id',
      /table storage\.extra is extra; table storage\.extra holds 1 row,/,
    ],
    [
      'generated columns that are computed otherwise',
      `ALTER TABLE auth.identities DROP COLUMN email, ADD email text GENERATED ALWAYS AS (upper(identity_data ->> 'email')) STORED`,
      /generated columns of auth\.identities differ/,
    ],
    ['a disabled trigger', 'ALTER TABLE storage.objects DISABLE TRIGGER USER', /storage\.objects/],
  ] as const)('finds %s', async (_what, change, says) => {
    const ending = await verifyAfter(change);
    expect(ending).toMatchObject({ status: 'Failed', report: { outcome: 'different' } });
    expect(ending.message).toMatch(says);
  });

  it('tells drift of the source apart from a difference, and counts its rows', async () => {
    const { ref, urls } = { ref: project.projectRef, urls: bed.configured.urls };
    const moved = await keepCopy(bed.source);
    const own = `raw_app_meta_data ->> 'project_ref' = '${ref}'`;
    await execute(
      moved,
      `CREATE TABLE auth.since_then (id int);
       UPDATE auth.users SET updated_at = now() WHERE id IN (SELECT id FROM auth.users WHERE ${own} ORDER BY id LIMIT 2);
       INSERT INTO auth.users (id, raw_app_meta_data) VALUES (gen_random_uuid(), '{"project_ref": "${ref}"}');
       DELETE FROM auth.sessions WHERE id IN (SELECT s.id FROM auth.sessions s JOIN auth.users u ON u.id = s.user_id WHERE ${own} LIMIT 1)`,
    );
    bed.configured.urls = { ...urls, shared: (urls['shared'] ?? '').replace(bed.source, moved) };
    const reported = await verifyAfter('');
    const failed = await verifyAfter('', { onDrift: 'fail' });
    bed.configured.urls = urls;
    expect(reported.report?.outcome).toBe('verified');
    expect(reported.report?.drift.map(({ table }) => table)).toContain('auth.since_then');
    const movedIn = (name: string) =>
      reported.report?.drift.find(({ table }) => table === name)?.moved;
    expect(movedIn('auth.users')).toEqual({ added: 1, changed: 2, gone: 0 });
    expect(movedIn('auth.sessions')).toEqual({ added: 0, changed: 0, gone: 1 });
    expect(failed).toMatchObject({ status: 'Failed', report: { outcome: 'different' } });
    expect(failed.message).toContain('auth.users changed in the source');
  });

  describe('of the backup that was loaded, by the marker of the target', () => {
    const newest = () =>
      `updated_at = now() WHERE raw_app_meta_data ->> 'project_ref' = '${project.projectRef}'`;

    it('is not confused by a later backup of a source that has changed', async () => {
      const own = await verifyAfter('');
      await execute(bed.source, `UPDATE auth.users SET ${newest()}`);
      const later = await bed.run('backupProject', project);
      expect(later.report?.backupId).not.toBe(own.report?.backupId);
      const ending = await verifyAfter('');
      expect(ending.report).toMatchObject({
        outcome: 'verified',
        backupId: own.report?.backupId,
        warnings: [],
      });
      expect(ending.report?.drift.map(({ table }) => table)).toContain('auth.users');
      const { backupId } = later.report ?? {};
      const named = await verifyAfter('', { backupId });
      expect(named.report).toMatchObject({ outcome: 'different', backupId });
    });

    it('holds after the restore of an older one', async () => {
      const { databaseName } = bed.nextProject();
      await makeCopy(databaseName, good);
      const older = await verifyAfter('');
      const later = await bed.run('migrateProject', { ...project, databaseName, replace: true });
      expect(later.report?.outcome).toBe('migrated');
      const { backupId } = older.report ?? {};
      const back = await bed.run('restoreProject', { backupId, databaseName, replace: true });
      expect(back).toMatchObject({ message: '', report: { outcome: 'verified' } });
      const { projectRef } = project;
      const ending = await bed.run('verifyProject', { projectRef, databaseName });
      expect(ending.report).toMatchObject({ outcome: 'verified', backupId });
    });

    it('says which one is gone, and does not take another in its place', async () => {
      const { report } = await verifyAfter('');
      const folder = join(bed.backups, report?.backupId ?? '');
      await rename(folder, `${folder}.away`);
      const ending = await verifyAfter('');
      await rename(`${folder}.away`, folder);
      expect(ending).toMatchObject({ report: { problems: [{ code: 'NotFound' }] } });
      expect(ending.message).toMatch(
        new RegExp(`loaded from backup "${report?.backupId}", by its marker.*--backup=ID`),
      );
    });

    it('is that of the project that it holds, and of no other', async () => {
      const { projectRef } = bed.nextProject();
      const ending = await bed.run('verifyProject', { projectRef, databaseName: good });
      expect(ending.message).toMatch(/holds project ".*", by its marker, not ".*"/);
    });

    it('falls back to the newest where there is no marker, and says so', async () => {
      const ending = await verifyAfter('DROP SCHEMA moveout CASCADE');
      expect(ending.report?.warnings).toMatchObject([{ code: 'no-marker' }]);
    });
  });

  describe('once the source is gone', () => {
    const gone: readonly (readonly [string, string])[] = [
      ['its server is down', 'postgresql://nobody:hunter2@127.0.0.1:1/gone'],
      ['its database was dropped', urlOf('no_such_database')],
      ['its role was dropped', urlOf('postgres', 'no_such_role')],
    ];
    it.each(gone)('compares with the backup alone, and says so: %s', async (_what, url) => {
      const { urls, settings } = bed.configured;
      bed.configured.urls = { ...urls, shared: url };
      const query = 'SELECT ref, database, owner FROM projects';
      bed.configured.settings = { ...settings, projects: { query } };
      const equal = await verifyAfter('');
      const different = await verifyAfter('DROP TABLE storage.iceberg_tables');
      const strict = await verifyAfter('', { onDrift: 'fail' });
      bed.configured.urls = urls;
      bed.configured.settings = settings;
      expect(equal).toMatchObject({
        status: 'Completed',
        report: { outcome: 'verified', drift: [] },
      });
      expect(equal.report?.warnings).toMatchObject([{ code: 'source-unreachable' }]);
      expect(equal.report && reportText(equal.report)).toContain('was not checked');
      expect(different.report).toMatchObject({ outcome: 'different' });
      expect(strict).toMatchObject({ status: 'Failed', report: { outcome: 'refused' } });
    });
  });

  it('says where the source is another than the one that was backed up', async () => {
    const { urls } = bed.configured;
    const copy = await keepCopy(bed.source);
    bed.configured.urls = { ...urls, shared: urlOf(copy) };
    const ending = await verifyAfter('');
    bed.configured.urls = urls;
    expect(ending.report).toMatchObject({
      outcome: 'verified',
      warnings: [{ code: 'another-source' }],
    });
  });

  it('refuses a project without a backup, and a database that is not there', async () => {
    const projectRef = 'never-backed-up';
    const databaseName = await createDatabase('plain');
    const noBackup = await bed.run('verifyProject', { projectRef, databaseName });
    expect(noBackup.message).toMatch(/there is no backup of project/);
    const noTarget = await bed.run('verifyProject', {
      ...project,
      databaseName: 'no_such_database',
    });
    expect(noTarget.report?.outcome).toBe('refused');
    expect(noTarget.message).toContain('no_such_database');
  });
});

/** Equal counts, equal sets of rows: only how often a row is there tells the two apart. */
function duplicated(): string {
  return `ALTER TABLE auth.schema_migrations DROP CONSTRAINT IF EXISTS schema_migrations_pkey;
    DROP INDEX IF EXISTS auth.schema_migrations_version_idx;
    UPDATE auth.schema_migrations SET version = (SELECT max(version) FROM auth.schema_migrations)
     WHERE version = (SELECT min(version) FROM auth.schema_migrations)`;
}
