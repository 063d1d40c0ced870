import {
  chmod,
  chown,
  lchown,
  mkdir,
  mkdtemp,
  readdir,
  rm,
  rmdir,
  stat,
  symlink,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { storeProblems } from '../../../activities/plan/store';
import { BackupStore } from '../../../activities/disk/backup/store';

const ID = 'backup_project-abc_1700000000000';
const SOMEBODY = 65_534;
const isRoot = process.geteuid?.() === 0;

describe('a backup directory', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'moveout-closed-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it.each([0o755, 0o750, 0o711, 0o777, 0o1777])(
    'of mode %o is refused, with the command that closes it',
    async (mode) => {
      await chmod(folder, mode);
      const shown = `0${(mode & 0o777).toString(8)}`;
      expect(await storeProblems(new BackupStore(folder))).toEqual([
        {
          code: 'backup-directory',
          message: `${folder} is open to other users (mode ${shown}); it must have mode 0700: chmod 700 ${folder}`,
        },
      ]);
      await expect(new BackupStore(folder).begin(ID, 'a-run')).rejects.toThrow(/mode 0700/);
      expect(await readdir(folder)).toEqual([]);
    },
  );

  it('quotes the path in the command where a shell needs it', async () => {
    const directory = join(folder, "it's ours");
    await mkdir(directory);
    await chmod(directory, 0o755);
    await expect(new BackupStore(directory).assertWritable()).rejects.toThrow(
      String.raw`chmod 700 '${folder}/it'\''s ours'`,
    );
  });

  it('of another user is refused, with the command that hands it over', async () => {
    if (isRoot) await chown(folder, SOMEBODY, SOMEBODY);
    const directory = isRoot ? folder : '/usr';
    await expect(new BackupStore(directory).assertWritable()).rejects.toThrow(
      /belongs to another user \(uid \d+\); .*chown \d+ \//,
    );
  });

  it('may be reached through a link, and is judged by where that leads', async () => {
    const link = join(folder, 'link');
    const directory = join(folder, 'directory');
    await mkdir(directory, { mode: 0o700 });
    await symlink(directory, link);
    await new BackupStore(link).assertWritable();
    await chmod(directory, 0o755);
    await expect(new BackupStore(link).assertWritable()).rejects.toThrow(/open to other users/);
  });

  (isRoot ? it : it.skip)('is not found through a link that another user put there', async () => {
    const link = join(folder, 'link');
    const directory = join(folder, 'directory');
    await mkdir(directory, { mode: 0o700 });
    await symlink(directory, link);
    await lchown(link, SOMEBODY, SOMEBODY);
    await expect(new BackupStore(link).assertWritable()).rejects.toThrow(/link of another user/);
  });

  it('that comes and goes while other plans look at it is no problem', async () => {
    const directory = join(folder, 'a', 'b');
    const store = new BackupStore(directory);
    const over = new AbortController();
    // As another plan does that made it, and takes it back.
    const takingBack = (async () => {
      while (!over.signal.aborted) {
        await rmdir(directory).catch(() => undefined);
        await wait(5);
      }
    })();
    const seen = [];
    for (let i = 0; i < 100; i += 1) seen.push(...(await storeProblems(store)));
    over.abort();
    await takingBack;
    expect(seen).toEqual([]);
  });

  it('that is a link to nowhere cannot be used', async () => {
    const link = join(folder, 'link');
    await symlink(join(folder, 'nowhere'), link);
    await expect(new BackupStore(link).assertWritable()).rejects.toMatchObject({
      type: 'BackupUnavailable',
    });
  });
});

describe('a backup', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'moveout-closed-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const modeOf = async (path: string): Promise<string> =>
    ((await stat(path)).mode & 0o777).toString(8);

  it.each([0, 0o022, 0o077])(
    'has folders of mode 0700 and files of mode 0600 under umask %o, from the first byte',
    async (umask) => {
      const usual = process.umask(umask);
      try {
        const directory = join(folder, 'made', 'backups');
        const draft = await new BackupStore(directory).begin(ID, 'a-run');
        await draft.writeText('schema.sql', 'SELECT 1');
        await draft.writeStream('rows', [Readable.from(['a row'])], () => undefined);
        const [name = ''] = await readdir(directory);
        const partial = join(directory, name);
        for (const each of [join(folder, 'made'), directory, partial]) {
          expect([each, await modeOf(each)]).toEqual([each, '700']);
        }
        for (const file of ['schema.sql', 'rows']) {
          expect([file, await modeOf(join(partial, file))]).toEqual([file, '600']);
        }
      } finally {
        process.umask(usual);
      }
    },
  );

  it('that is a link is not read', async () => {
    await mkdir(join(folder, 'elsewhere'), { mode: 0o700 });
    await symlink(join(folder, 'elsewhere'), join(folder, ID));
    await expect(new BackupStore(folder).manifest(ID)).rejects.toMatchObject({
      type: 'BackupDamaged',
    });
  });

  (isRoot ? it : it.skip)('of another user is not read', async () => {
    await mkdir(join(folder, ID), { mode: 0o700 });
    await chown(join(folder, ID), SOMEBODY, SOMEBODY);
    await expect(new BackupStore(folder).manifest(ID)).rejects.toThrow(/belongs to another user/);
  });
});
