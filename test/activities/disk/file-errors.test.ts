import { createHash } from 'node:crypto';
import type { WrittenFile } from '../../../activities/disk/backup/checksum';
import fs from 'node:fs';
import promises from 'node:fs/promises';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listFleets, readFrozen } from '../../../activities/disk/fleet/inventory';
import { FILE_ERRORS } from '../../../activities/disk/fs-errors';
import { BackupStore } from '../../../activities/disk/backup/store';
import { readTimings } from '../../../activities/disk/backup/timings';
import { storeProblems } from '../../../activities/plan/store';
import { FAILURES } from '../../../workflows/domain/failure';

const ID = 'backup_project-abc_1700000000000';
const FLEET = 'fleet_1700000000000_0a1b2c3d';
const PASSING = ['EMFILE', 'ENFILE', 'ESTALE', 'EIO', 'EAGAIN', 'EINTR', 'ETIMEDOUT'] as const;

let directory: string;
let store: BackupStore;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'moveout-file-errors-'));
  store = new BackupStore(directory);
  await mkdir(join(directory, ID), { mode: 0o700 });
  await writeFile(join(directory, ID, 'metadata.json'), '{}');
  await writeFile(join(directory, ID, 'auth_users.json'), '[]');
  await mkdir(join(directory, `${ID}.000000000000.draft.partial`));
});
afterEach(async () => {
  jest.restoreAllMocks();
  await rm(directory, { recursive: true, force: true });
});

/** Lets the next call of one function of the file system fail, as the system would. */
function failing(name: 'readdir' | 'readFile' | 'lstat' | 'stat' | 'open', errno: string): void {
  const error = Object.assign(new Error(`${errno}: injected`), { code: errno, path: directory });
  jest.spyOn(promises, name).mockRejectedValueOnce(error);
}

describe.each(PASSING)('%s while a backup directory is read', (errno) => {
  const passing = { nonRetryable: false, type: codeOf(errno) };

  it('is a failure that is tried again, whoever reads', async () => {
    failing('readFile', errno);
    await expect(store.manifest(ID)).rejects.toMatchObject(passing);
    failing('lstat', errno);
    await expect(store.manifest(ID)).rejects.toMatchObject(passing);
    failing('stat', errno);
    await expect(store.has(ID)).rejects.toMatchObject(passing);
    failing('open', errno);
    await expect(store.readBytes(ID, written('auth_users.json'))).rejects.toMatchObject(passing);
    failing('open', errno);
    await expect(store.readText(ID, written('auth_users.json'))).rejects.toMatchObject(passing);
    failing('readdir', errno);
    await expect(store.list('project-abc')).rejects.toMatchObject(passing);
    failing('readdir', errno);
    await expect(readTimings(store)).rejects.toMatchObject(passing);
    failing('readdir', errno);
    await expect(listFleets(store)).rejects.toMatchObject(passing);
    failing('lstat', errno);
    await expect(readFrozen(store, FLEET)).rejects.toMatchObject(passing);
  });

  it('is no finding of a plan', async () => {
    failing('open', errno);
    await expect(storeProblems(store)).rejects.toMatchObject(passing);
  });

  it('does not let discard say that it has removed what it could not list', async () => {
    failing('readdir', errno);
    await expect(store.discard(ID, 'a-run')).rejects.toMatchObject(passing);
    failing('readdir', errno);
    await expect(store.begin(ID, 'a-run')).rejects.toMatchObject(passing);
  });

  it('breaks off the reading of rows without a word of damage', async () => {
    const error = Object.assign(new Error(errno), { code: errno, path: directory });
    jest.spyOn(fs, 'createReadStream').mockImplementationOnce(() => {
      throw error;
    });
    await expect(rowsOf('auth_users.json')).rejects.toMatchObject(passing);
  });
});

/** What a manifest says of a file that holds `[]`. */
function written(file: string): WrittenFile {
  return { file, bytes: 2, sha256: createHash('sha256').update('[]').digest('hex') };
}

async function rowsOf(file: string): Promise<string> {
  const chunks: unknown[] = [];
  for await (const chunk of store.read(ID, written(file))) chunks.push(chunk);
  return chunks.join('');
}

describe('what is damage', () => {
  it('is a file that is missing, or is a folder, while the manifest stands beside it', async () => {
    await mkdir(join(directory, ID, 'auth_sessions.json'));
    for (const file of ['auth_identities.json', 'auth_sessions.json']) {
      const damaged = { type: 'BackupDamaged', message: `${ID}/${file} is missing` };
      await expect(rowsOf(file)).rejects.toMatchObject(damaged);
      await expect(store.readText(ID, written(file))).rejects.toMatchObject(damaged);
      await expect(store.readBytes(ID, written(file))).rejects.toMatchObject(damaged);
    }
    expect(await rowsOf('auth_users.json')).toBe('[]');
  });

  it('is not a directory that is gone as a whole', async () => {
    await rm(join(directory, ID), { recursive: true });
    await expect(rowsOf('auth_users.json')).rejects.toMatchObject({ type: 'BackupUnavailable' });
  });

  it('is a manifest that is missing, or says something else', async () => {
    await expect(store.manifest(ID)).rejects.toMatchObject({ type: 'BackupDamaged' });
    await rm(join(directory, ID, 'metadata.json'));
    await expect(store.manifest(ID)).rejects.toMatchObject({ type: 'BackupDamaged' });
  });

  it('is no error of the file system by itself', () => {
    const codes = Object.values(FILE_ERRORS).map(({ code }) => code);
    expect(codes).not.toContain('BackupDamaged');
    const retried = PASSING.filter((errno) => FAILURES[codeOf(errno)].retryable);
    expect(retried).toEqual(PASSING);
  });
});

function codeOf(errno: string): keyof typeof FAILURES {
  return FILE_ERRORS[errno]?.code ?? 'BackupUnavailable';
}
