import { readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { Meter } from '../../activities/runtime/attempt';
import { BackupStore } from '../../activities/disk/backup/store';
import { Connections } from '../../activities/postgres/session/connections';
import { proveBackup } from '../../activities/backup/prove-backup';
import { createDatabase, execute, urlOf } from '../support/harness/databases';
import { imageOf } from '../support/harness/image';
import type { Ending } from '../support/harness/ending';
import { openTestbed, type Testbed } from '../support/harness/testbed';

let bed: Testbed;
beforeAll(async () => {
  bed = await openTestbed();
});
afterAll(() => bed.close());

/** Replaces a target that holds rows; after its backup `spoil` is called, and the attempt that made it is lost. */
async function replaceSpoiling(spoil: (folder: string) => Promise<void>) {
  const databaseName = await createDatabase('held', bed.source);
  await execute(databaseName, 'DROP SCHEMA public CASCADE');
  const before = await imageOf(databaseName);
  const project = { ...bed.nextProject(), databaseName, replace: true };
  const done: string[] = [];
  let attempts = 0;
  const ending = await bed.run('migrateProject', project, async (name, real) => {
    done.push(name);
    const result = await real();
    if (name !== 'backupTarget' || attempts++ > 0) return result;
    const id = (await readdir(bed.backups))
      .filter((one) => one.endsWith('_target'))
      .sort()
      .at(-1);
    await spoil(join(bed.backups, id ?? ''));
    throw ApplicationFailure.retryable('the answer was lost', 'ServerUnavailable');
  });
  return { ending, done, before, after: await imageOf(databaseName) };
}

/** What stands in the backup directory of what the target of a run held. */
async function targetBackups({ report }: Ending): Promise<readonly string[]> {
  const start = `${report?.backupId ?? 'none'}_target`;
  return (await readdir(bed.backups)).filter((name) => name.startsWith(start));
}

describe('the backup of what a target holds is tried before anything of it goes', () => {
  it('a file that is not the one that was written ends the run, the target untouched', async () => {
    const { ending, done, before, after } = await replaceSpoiling(async (folder) => {
      const file = join(folder, 'auth_users.json');
      await writeFile(file, (await readFile(file, 'utf8')).replace('@', '#'));
    });
    expect(ending.type).toBe('BackupDamaged');
    expect(ending.message).toContain('is not the file that was written');
    expect(ending.report?.outcome).toBe('restored');
    expect(ending.report?.restore?.facts).toEqual([
      'the target had not been touched, the backup it began is gone',
    ]);
    expect(await targetBackups(ending)).toEqual([]);
    expect(done).not.toContain('initSchema');
    expect(after).toEqual(before);
  });

  it('one that cannot be read any more goes as well', async () => {
    const { ending, before, after } = await replaceSpoiling((folder) =>
      unlink(join(folder, 'metadata.json')),
    );
    expect(ending.report?.outcome).toBe('restored');
    expect(await targetBackups(ending)).toEqual([]);
    expect(after).toEqual(before);
  });

  it('a sound one stays if the run ends for another reason, and the report says so', async () => {
    const { ending } = await replaceSpoiling(() =>
      Promise.reject(ApplicationFailure.nonRetryable('the end', 'DataRejected')),
    );
    const [kept] = await targetBackups(ending);
    expect(ending.report?.restore?.facts).toEqual([
      `the target had not been touched, ${kept ?? ''} is whole and stays`,
    ]);
  });

  it('a sound one lets the run go on', async () => {
    const { ending, done } = await replaceSpoiling(() => Promise.resolve());
    expect(ending.message).toBe('');
    expect(done.filter((name) => name === 'backupTarget')).toHaveLength(2);
  });

  it('rows that do not come out of right files as they went in are found by their fingerprints', async () => {
    const store = new BackupStore(bed.backups);
    const id =
      (await readdir(bed.backups))
        .filter((one) => one.endsWith('_target'))
        .sort()
        .at(-1) ?? '';
    const manifest = await store.manifest(id);
    const connections = new Connections(() => urlOf('postgres'), { name: 'moveout test' });
    const databaseRef = { connection: 'projects', database: manifest.databaseName };
    const proving = { connections, store, databaseRef, meter: new Meter('backupProject') };
    await proveBackup({ ...proving, manifest });
    const contents = manifest.contents.map((content) =>
      content.table === 'auth.users' ? { ...content, digest: '1' } : content,
    );
    await expect(proveBackup({ ...proving, manifest: { ...manifest, contents } })).rejects.toThrow(
      `the rows of auth.users do not come out of ${id} as they went in`,
    );
  });
});
