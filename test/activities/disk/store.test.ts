import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackupStore } from '../../../activities/disk/backup/store';

const ID = 'backup_project-abc_1700000000000';

describe('BackupStore', () => {
  let directory: string;
  let store: BackupStore;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'moveout-store-'));
    store = new BackupStore(directory);
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it.each(['..', '../x', 'backup_a_1/../../b', 'backup_a_1\u0000', '/etc', ''])(
    'takes no path for an id: %j',
    (id) => expect(() => store.pathOf(id)).toThrow(/is not the name of a backup folder/),
  );

  it('has no backup until it is committed, and none after it was discarded', async () => {
    const draft = await store.begin(ID, 'a-run');
    await draft.writeText('schema.sql', 'SELECT 1');
    expect(await store.has(ID)).toBe(false);
    expect(await store.list('project-abc')).toEqual([]);
    await draft.discard();
    await expect(store.manifest(ID)).rejects.toMatchObject({ type: 'NotFound' });
  });

  it('begins again where an attempt that died left half a backup', async () => {
    const first = await store.begin(ID, 'a-run');
    await first.writeText('schema.sql', 'half');
    const second = await store.begin(ID, 'a-run');
    const written = await second.writeText('schema.sql', 'whole');
    expect(written).toMatchObject({ file: 'schema.sql', bytes: 5 });
  });

  it('refuses a folder that other users can read', async () => {
    await mkdir(join(directory, ID));
    await chmod(join(directory, ID), 0o755);
    await expect(store.manifest(ID)).rejects.toThrow(/must have mode 0700/);
  });

  it('does not call a backup damaged that a newer version wrote', async () => {
    await mkdir(join(directory, ID), { mode: 0o700 });
    const file = join(directory, ID, 'metadata.json');
    await writeFile(file, '{"version": 2, "waves": []}', { mode: 0o600 });
    const reading = expect(store.manifest(ID)).rejects;
    await reading.toMatchObject({
      ...{ type: 'NewerVersion', nonRetryable: true },
      message: `${ID}/metadata.json has format version 2, and this moveout reads none after 1`,
    });
    await writeFile(file, '{"version": 1, "waves": []}');
    await expect(store.manifest(ID)).rejects.toMatchObject({ type: 'BackupDamaged' });
  });

  it('says which directory cannot be used, and why', async () => {
    const file = join(directory, 'a-file');
    await writeFile(file, '');
    const unusable = new BackupStore(join(file, 'below')).assertWritable();
    await expect(unusable).rejects.toThrow(/below cannot be used for backups \(ENOTDIR\)/);
  });

  it('lists the newest first, and only this project', async () => {
    for (const id of [
      ID,
      'backup_project-abc_1700000000009',
      'backup_project-abc-x_1800000000000',
    ]) {
      await mkdir(join(directory, id), { mode: 0o700 });
    }
    const listed = await store.list('project-abc');
    expect(listed).toEqual(['backup_project-abc_1700000000009', ID]);
  });
});
