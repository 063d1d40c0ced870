import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { step } from '../support/step';
import { runScript, type Outcome } from './script';
import { studioPlace, type Place } from './studio-database';

let place: Place;
let backups: string;

beforeAll(async () => {
  place = await studioPlace(4);
  backups = path.join(place.folder, 'backups');
});

afterAll(() => place.clear());

const backupsNow = (): readonly string[] => readdirSync(backups).filter((name) => name !== 'host');

const run = (...args: readonly string[]): Promise<Outcome> =>
  runScript([...args, `--backup-dir=${backups}`], {
    cwd: place.folder,
    env: place.env,
  });

describe('migrate-project', () => {
  it('shows the plan and touches nothing with --dry-run', async () => {
    const target = place.target('looked_at');
    const unmade = path.join(place.folder, 'unmade');
    const { status, stdout } = await runScript(
      [
        '--dry-run',
        '--project-ref=project-004',
        `--database=${target}`,
        '--owner=user-123',
        `--backup-dir=${unmade}`,
      ],
      { cwd: place.folder, env: place.env },
    );
    expect(stdout).toMatch(/^Plan for project-004 → \w+: ready to migrate/);
    expect(stdout).toMatch(/root: .*\n +auth\.users/);
    expect(status).toBe(0);
    expect(await place.databases()).not.toContain(target);
    expect(existsSync(unmade)).toBe(false);
  });

  it('migrates, backs up, restores and verifies a project', async () => {
    const project = ['--project-ref=project-003', `--database=${place.target('003')}`] as const;

    await step('migrate it and print one JSON document', async () => {
      const { status, stdout, stderr } = await run(...project, '--owner=user-123', '--json');
      const report: unknown = JSON.parse(stdout);
      expect(report).toMatchObject({
        projectRef: 'project-003',
        databaseName: place.target('003'),
        ownerUserId: 'user-123',
        outcome: 'migrated',
        problems: [],
      });
      expect(report).toHaveProperty('backupId', backupsNow()[0]);
      expect(report).toHaveProperty('tables.length', 33);
      expect(status).toBe(0);
      expect(stderr).toMatch(/verifyProject +done/);
      expect(`${stdout}${stderr}`).not.toContain(new URL(place.url).password);
      const [users] = await place.rows(place.target('003'), 'SELECT count(*)::int FROM auth.users');
      expect(users).toEqual({ count: 12 });
    });

    await step('refuse to migrate it again', async () => {
      const { status, stdout, stderr } = await run(...project, '--owner=user-123');
      expect(stderr).toContain('is already migrated');
      expect([status, stdout]).toEqual([2, '']);
    });

    await step('write a backup and nothing else with --backup-only', async () => {
      const { status, stdout } = await run('--backup-only', ...project);
      expect(stdout).toMatch(/^project-003: backed up/);
      expect(status).toBe(0);
      expect(backupsNow()).toHaveLength(2);
    });

    await step('restore a backup into another database with --restore', async () => {
      const [backup] = backupsNow();
      const { status, stdout } = await run(
        `--restore=${backup ?? ''}`,
        `--database=${place.target('again')}`,
      );
      expect(stdout).toContain('33 tables');
      expect(status).toBe(0);
      expect(await place.databases()).toContain(place.target('again'));
    });

    await step('find an untouched target equal', async () => {
      expect(await run('--verify-only', ...project)).toMatchObject({ status: 0 });
    });

    await step('name the table in which one byte differs', async () => {
      await place.rows(
        place.target('003'),
        `UPDATE storage.buckets SET name = name || '!' WHERE id = (SELECT min(id) FROM storage.buckets)`,
      );
      const { status, stdout } = await run('--verify-only', ...project);
      expect(stdout).toMatch(/storage\.buckets .* NO$/m);
      expect(status).toBe(1);
    });
  }, 300_000);
});
