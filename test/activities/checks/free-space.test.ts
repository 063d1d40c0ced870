import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeSpaceProblems } from '../../../activities/disk/free-space';

describe('freeSpaceProblems', () => {
  let folder = '';
  let free = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'moveout-space-'));
    const { bavail, bsize } = await statfs(folder);
    free = bavail * bsize;
  });
  afterAll(() => rm(folder, { recursive: true }));
  const NOTHING = { problems: [], warnings: [] };

  it('says nothing where there is plenty, and looks above a folder that is not there yet', async () => {
    expect(await freeSpaceProblems(folder, free / 10)).toEqual(NOTHING);
    expect(await freeSpaceProblems(join(folder, 'not', 'yet'), free / 10)).toEqual(NOTHING);
  });

  it('stops with both figures where it cannot fit', async () => {
    const { problems, warnings } = await freeSpaceProblems(join(folder, 'not', 'yet'), free * 4);
    expect(warnings).toEqual([]);
    expect(problems.map(({ code }) => code)).toEqual(['disk-full']);
    expect(problems[0]?.message).toMatch(/[\d.]+ [GM]B are free in .*about [\d.]+ [GM]B/);
  });

  it('warns where it leaves little', async () => {
    const { problems, warnings } = await freeSpaceProblems(folder, free * 0.7);
    expect(problems).toEqual([]);
    expect(warnings.map(({ code }) => code)).toEqual(['disk-full']);
  });
});
