import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaceFile, replaceText } from '../../../activities/disk/whole-file';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moveout-whole-file-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a file that is replaced', () => {
  it('holds the new text, for its owner alone, and nothing else is left', async () => {
    const path = join(folder, 'list.json');
    await writeFile(path, 'former', { mode: 0o644 });
    await replaceText(path, 'new');
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['list.json']);
  });

  it('stays as it was, and alone, if its writer fails halfway', async () => {
    const path = join(folder, 'list.json');
    await replaceText(path, 'former');
    const failing = replaceFile(path, async (partial) => {
      await writeFile(partial, 'ha');
      throw new Error('the disk is full');
    });
    await expect(failing).rejects.toThrow('the disk is full');
    expect(await readFile(path, 'utf8')).toBe('former');
    expect(await readdir(folder)).toEqual(['list.json']);
  });
});
