import { cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, freshName } from '../support/harness/databases';
import { openTestbed, type Testbed } from '../support/harness/testbed';

describe('restoreProject with a backup that is not whole', () => {
  let bed: Testbed;
  let good: string;
  let whole: string;
  beforeAll(async () => {
    bed = await openTestbed();
    const ending = await bed.run('backupProject', bed.nextProject());
    good = ending.report?.backupId ?? '';
    expect(good).not.toBe('');
    whole = join(bed.backups, 'whole');
    await cp(join(bed.backups, good), whole, { recursive: true });
  });
  afterAll(() => bed.close());

  /** Restores from the backup that `damage` was done to; it must be refused before anything is written. */
  async function refusalAfter(
    damage: (folder: string) => Promise<unknown>,
    code = 'BackupDamaged',
  ): Promise<string> {
    const folder = join(bed.backups, good);
    await rm(folder, { recursive: true });
    await cp(whole, folder, { recursive: true });
    await damage(folder);
    const databaseName = freshName('target');
    const ending = await bed.run('restoreProject', { backupId: good, databaseName });
    expect(ending).toMatchObject({ status: 'Failed', report: { outcome: 'refused' } });
    expect(ending.report?.problems.map((problem) => problem.code)).toEqual([code]);
    expect(await exists(databaseName)).toBe(false);
    return ending.message;
  }

  it('takes the backup itself for whole, so that only the damage is refused', async () => {
    const databaseName = freshName('target');
    const ending = await bed.run('restoreProject', { backupId: good, databaseName });
    expect(ending.report?.outcome).toBe('verified');
  });

  it.each([
    'auth_users.json',
    'storage_objects.json',
    'schema.sql',
    'statements.json',
    'schema.json',
  ])('names a file with one other byte: %s', async (file) => {
    expect(await refusalAfter((folder) => flipByte(join(folder, file)))).toContain(`/${file} `);
  });

  it('names a file that was cut short', async () => {
    const message = await refusalAfter((folder) => truncate(join(folder, 'auth_sessions.json'), 9));
    expect(message).toMatch(/auth_sessions\.json .*9 bytes of \d+/);
  });

  it('names a file that is not there', async () => {
    const message = await refusalAfter((folder) => rm(join(folder, 'auth_identities.json')));
    expect(message).toMatch(/auth_identities\.json is missing/);
  });

  it('takes a folder without a manifest for no backup', async () => {
    expect(await refusalAfter((folder) => rm(join(folder, 'metadata.json')))).toMatch(
      /has no metadata\.json/,
    );
  });

  it.each([
    ['half a manifest', (text: string) => text.slice(0, 500), /not valid JSON/],
    [
      'a file outside the folder',
      (text: string) => text.replace('"auth_users.json"', '"../auth_users.json"'),
      /contents\.\d+\.file/,
    ],
    [
      'another number of rows',
      (text: string) => text.replace(/("file": "auth_users\.json",\s+"bytes": )\d+/, '$11'),
      /metadata\.json is not the file that was written/,
    ],
    [
      'another project',
      (text: string) => text.replace(/("projectRef": "project-)\d/, '$19'),
      /metadata\.json is not the file that was written/,
    ],
    [
      'the id of another backup',
      (text: string) => text.replace(/("backupId": "backup_[a-z0-9-]+_)\d+"/, '$11"'),
      /names another backup/,
    ],
  ] as const)('refuses an edited manifest: %s', async (_what, change, says) => {
    expect(await refusalAfter((folder) => edit(folder, change))).toMatch(says);
  });

  it('refuses the manifest of a newer version', async () => {
    const newer = (text: string): string => text.replace('"version": 1', '"version": 2');
    const message = await refusalAfter((folder) => edit(folder, newer), 'NewerVersion');
    expect(message).toContain('version');
  });
});

async function edit(folder: string, change: (text: string) => string): Promise<void> {
  const path = join(folder, 'metadata.json');
  await writeFile(path, change(await readFile(path, 'utf8')));
}

async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  const at = Math.floor(bytes.length / 2);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  await writeFile(path, bytes);
}
