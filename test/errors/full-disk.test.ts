import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmdirSync, statSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { storeFailure } from '../../activities/disk/fs-errors';
import { naming } from '../../activities/postgres/errors/classify';
import { createDatabase, dropDatabases, execute, query, urlOf } from '../support/harness/databases';
import { landing, run } from './landing';

/** A file system of one megabyte; `undefined` where this process may not mount one. */
function smallDisk(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const folder = mkdtempSync(path.join(tmpdir(), 'moveout-small-disk-'));
  const mounted = spawnSync('sh', ['-c', 'mount -t tmpfs -o size=1m moveout-test "$0"', folder]);
  if (mounted.status === 0) return folder;
  rmdirSync(folder);
  return undefined;
}

const disk = smallDisk();
const onSmallDisk = disk === undefined ? describe.skip : describe;

afterAll(() => {
  if (disk === undefined) return;
  execFileSync('sh', ['-c', 'umount "$0"', disk]);
  rmdirSync(disk);
});

onSmallDisk('databaseFailure, of a disk of the server that is full', () => {
  let database: string;
  beforeAll(async () => {
    database = await createDatabase('full');
    const rows = await query<{ folder: string }>(
      database,
      `SELECT current_setting('data_directory') AS folder`,
    );
    const { uid, gid } = statSync(rows[0]?.folder ?? '');
    chownSync(disk ?? '', uid, gid);
    await execute('postgres', `CREATE TABLESPACE ${database} LOCATION '${disk ?? ''}'`);
  });
  afterAll(async () => {
    await dropDatabases();
    await execute('postgres', `DROP TABLESPACE ${database}`);
  });

  it('does not try again by itself, and says which file it was', async () => {
    const filled = run(
      urlOf(database),
      `CREATE TABLE public.t TABLESPACE ${database} AS
         SELECT repeat('hunter2', 100) AS value FROM generate_series(1, 10000)`,
    );
    const found = await landing(filled);
    expect(found).toMatchObject({ code: 'DiskFull', isRetried: false });
    expect(found.message).toContain('pg_tblspc');
    expect(found.message).toContain('[SQLSTATE 53100]');
    expect(found.kept).not.toContain('hunter2');
  });
});

onSmallDisk('storeFailure, of a disk of the worker that is full', () => {
  it('does not try again by itself, and says which file it was', async () => {
    const file = path.join(disk ?? '', 'backup');
    const found = await landing(
      writeFile(file, Buffer.alloc(2_000_000)).catch((error: unknown) => {
        throw storeFailure(error, file);
      }),
    );
    expect(found).toMatchObject({
      code: 'DiskFull',
      isRetried: false,
      message: `${file} has no space left (ENOSPC)`,
    });
    await rm(file);
  });
});

describe('storeFailure', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'moveout-files-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it.each([
    ['that is not there', 'gone', 'ENOENT'],
    ['below a file', 'file/below', 'ENOTDIR'],
  ])('names a file %s, alone and in the middle of a load', async (...[, name, errno]) => {
    await writeFile(path.join(folder, 'file'), '');
    const file = path.join(folder, name);
    const message = `${file} cannot be used for backups (${errno})`;
    const read = readFile(file).catch((error: unknown) => {
      throw storeFailure(error, file);
    });
    const expected = { code: 'BackupUnavailable', isRetried: false };
    expect(await landing(read)).toMatchObject({ ...expected, message });
    expect(await landing(naming('loading auth.users', () => readFile(file)))).toMatchObject({
      ...expected,
      message: `loading auth.users: ${message}`,
    });
  });

  it.each([
    ['EDQUOT', 'DiskFull', false],
    ['EFBIG', 'DiskFull', false],
    ['EMFILE', 'ServerBusy', true],
    ['ENFILE', 'ServerBusy', true],
    ['EACCES', 'BackupUnavailable', false],
    ['EROFS', 'BackupUnavailable', false],
    ['EIO', 'BackupUnreachable', true],
    ['ESTALE', 'BackupUnreachable', true],
    ['EWHATEVER', 'BackupUnavailable', false],
  ])('knows whether trying again can help with %s', async (errno, code, isRetried) => {
    const error = Object.assign(new Error('hunter2'), { code: errno });
    const found = await landing(Promise.reject(storeFailure(error, '/backups/x')));
    expect(found).toMatchObject({ code, isRetried });
    expect(found.message).toContain(`/backups/x`);
    expect(found.message).toContain(errno);
    expect(found.kept).not.toContain('hunter2');
  });
});
