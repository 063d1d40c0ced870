import { readdir } from 'node:fs/promises';
import { endingOf as endingAtClient } from '../../client/ending';
import { restorePlanText } from '../../client/report/restore-plan';
import { execute, exists, freshName, query } from '../support/harness/databases';
import { actualRows, expectedRows, type Rows } from '../support/harness/expected-rows';
import { imageOf } from '../support/harness/image';
import { failing } from '../support/harness/interventions';
import { makeCopy, makeEmpty, makePrepared } from '../support/harness/targets';
import { openTestbed, type TestProject, type Testbed } from '../support/harness/testbed';

const CLOSED = 'postgresql://nobody:hunter2@127.0.0.1:1/gone';

describe('restoreProject with the source switched off', () => {
  let bed: Testbed;
  let project: TestProject;
  let expected: Rows;
  const backups: Record<string, string> = {};
  beforeAll(async () => {
    bed = await openTestbed();
    project = bed.nextProject();
    expected = await expectedRows(bed.source, project.projectRef);
    for (const format of ['json', 'copy'] as const) {
      const { settings } = bed.configured;
      bed.configured.settings = { ...settings, backup: { ...settings.backup, format } };
      const ending = await bed.run('backupProject', project);
      expect(ending.report?.outcome).toBe('backed-up');
      backups[format] = ending.report?.backupId ?? '';
    }
    bed.configured.urls = { ...bed.configured.urls, shared: CLOSED };
  });
  afterAll(() => bed.close());

  async function restore(databaseName: string, more: object = {}, format = 'json') {
    return bed.run('restoreProject', { backupId: backups[format], databaseName, ...more });
  }

  it.each(['json', 'copy'])(
    'puts a backup into a database that it creates (%s)',
    async (format) => {
      const database = freshName('target');
      const ending = await restore(database, {}, format);
      expect(ending).toMatchObject({ message: '', report: { outcome: 'verified' } });
      expect(await actualRows(database)).toEqual(expected);
    },
  );

  it.each(['json', 'copy'])('puts a backup into an empty database (%s)', async (format) => {
    const database = freshName('target');
    await makeEmpty(database);
    const ending = await restore(database, {}, format);
    expect(ending).toMatchObject({ message: '', report: { outcome: 'verified' } });
    expect(await actualRows(database)).toEqual(expected);
  });

  it.each(['json', 'copy'])(
    'replaces the rows of a migrated database only when asked to, and backs them up first (%s)',
    async (format) => {
      const database = freshName('target');
      await restore(database);
      await execute(database, `UPDATE auth.users SET email = 'changed-' || email`);
      const changed = await actualRows(database);
      const refused = await restore(database, {}, format);
      expect(refused.report?.problems).toMatchObject([{ code: 'target-migrated' }]);
      expect(refused.message).toMatch(
        /project "\S+", completed at .* UTC from the snapshot of .* on connection "shared": \d+ rows/,
      );
      expect(await actualRows(database)).toEqual(changed);
      const ending = await restore(database, { replace: true }, format);
      expect(ending).toMatchObject({ message: '', report: { outcome: 'verified' } });
      expect(await actualRows(database)).toEqual(expected);
      const [saved] = await savedBackups();
      const back = await bed.run('restoreProject', {
        backupId: saved,
        databaseName: database,
        replace: true,
      });
      expect(back).toMatchObject({ message: '', report: { outcome: 'verified' } });
      expect(await actualRows(database)).toEqual(changed);
    },
  );

  it('shows what would be overwritten, and since when it is there, and touches nothing', async () => {
    const database = freshName('target');
    const absent = await planned(database);
    expect(absent).toContain('no such database yet; it would be created');
    expect(await exists(database)).toBe(false);
    await restore(database);
    const before = await imageOf(database);
    const refused = await planned(database);
    expect(refused).toMatch(/a restore would be refused/);
    expect(refused).toMatch(
      /rows of project \S+,\s+completed\s+at\s+\S+\s+\S+\s+UTC[\s\S]*OVERWRITTEN/,
    );
    expect(await planned(database, { replace: true })).toMatch(
      /ready to restore[\s\S]*OVERWRITTEN/,
    );
    expect(await imageOf(database)).toEqual(before);
  });

  it('speaks of the backup, not of a source, where it refuses a schema', async () => {
    const database = freshName('target');
    await makePrepared(database);
    await execute(database, 'ALTER TABLE auth.users ADD COLUMN nickname text');
    const { message } = await restore(database);
    expect(message).toMatch(
      /are not those of the backup: .*start with replace to give it the backup's$/,
    );
    expect(message).not.toMatch(/source/);
  });

  it('refuses a filled database without the marker, and replaces it when asked to', async () => {
    const database = freshName('target');
    await makeCopy(database, bed.source);
    await execute(database, 'TRUNCATE public.profiles');
    const before = await imageOf(database);
    const refused = await restore(database);
    expect(refused.report?.problems).toMatchObject([{ code: 'target-not-empty' }]);
    expect(await imageOf(database)).toEqual(before);
    const replaced = await restore(database, { replace: true });
    expect(replaced).toMatchObject({ message: '', report: { outcome: 'verified' } });
    expect(await actualRows(database)).toEqual(expected);
  });

  it('keeps a foreign key from another schema, validated', async () => {
    const database = await withProfiles('');
    const ending = await restore(database, { replace: true });
    expect(ending).toMatchObject({ message: '', report: { outcome: 'verified' } });
    expect(await foreignKeys(database)).toEqual([{ validated: true }]);
    const [profiles] = await query(database, 'SELECT count(*)::int AS n FROM public.profiles');
    expect(profiles).toEqual({ n: 3 });
  });

  it('puts everything back when a row of another schema would point at nothing, and names the key', async () => {
    const database = await withProfiles(
      `INSERT INTO auth.users (id) VALUES ('11111111-1111-4111-8111-111111111111');`,
    );
    const before = await imageOf(database);
    const ending = await restore(database, { replace: true });
    expect(ending).toMatchObject({ status: 'Failed', report: { outcome: 'restored' } });
    expect(ending.message).toContain('profiles_id_fkey');
    expect(ending.message).not.toContain('11111111-1111');
    expect(await imageOf(database)).toEqual(before);
  });

  async function planned(databaseName: string, more: object = {}): Promise<string> {
    const input = { backupId: backups['json'], databaseName, ...more };
    const ending = await endingAtClient(await bed.start('planRestore', [input]));
    if (ending.kind === 'restorePlan') return restorePlanText(ending.restorePlan);
    throw new Error(`planRestore ended as ${ending.kind}`);
  }

  /** A restored database to which profiles were added; the trigger makes one for each later user. */
  async function withProfiles(more: string): Promise<string> {
    const database = freshName('target');
    await makePrepared(database);
    const ending = await restore(database);
    expect(ending).toMatchObject({ message: '', report: { outcome: 'verified' } });
    await execute(
      database,
      `INSERT INTO public.profiles (id) SELECT id FROM auth.users ORDER BY id LIMIT 3; ${more}`,
    );
    return database;
  }

  async function foreignKeys(database: string): Promise<readonly object[]> {
    return query(
      database,
      `SELECT convalidated AS validated FROM pg_constraint WHERE conname = 'profiles_id_fkey'`,
    );
  }

  async function savedBackups(): Promise<readonly string[]> {
    const all = (await readdir(bed.backups)).filter((name) => name.endsWith('_target')).sort();
    return all.slice(-1);
  }

  it('leaves an absent database absent when it fails', async () => {
    const database = freshName('target');
    const input = { backupId: backups['json'], databaseName: database };
    const ending = await bed.run('restoreProject', input, failing('restoreRows', 'after'));
    expect(ending).toMatchObject({ status: 'Failed', report: { outcome: 'restored' } });
    expect(await exists(database)).toBe(false);
  });
});
