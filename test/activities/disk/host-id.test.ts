import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimHost, readHost } from '../../../activities/disk/host-id';

describe('claimHost', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'moveout-host-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('gives every worker of one directory the same id, and keeps it', async () => {
    const directory = join(folder, 'backups');
    expect(await readHost(directory)).toBeUndefined();
    const claims = Array.from({ length: 20 }, (_, index) => claimHost(directory, `w${index}`));
    const ids = new Set(await Promise.all(claims));
    expect(ids.size).toBe(1);
    expect(await claimHost(directory, 'another')).toBe([...ids][0]);
    expect(await readHost(directory)).toBe([...ids][0]);
    expect(await readdir(directory)).toEqual(['host']);
    expect((await stat(join(directory, 'host'))).mode & 0o777).toBe(0o600);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });

  it('tells two directories apart that are called the same', async () => {
    const [one, other] = [join(folder, 'one'), join(folder, 'other')];
    const ids = [await claimHost(one, 'same'), await claimHost(other, 'same')];
    expect(ids[0]).toMatch(/^same-[0-9a-f]{12}$/);
    expect(ids[0]).not.toBe(ids[1]);
    expect(await readFile(join(one, 'host'), 'utf8')).toBe(`${ids[0]}\n`);
  });
});
