import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { installedPeers } from '../../bench/movers/installed';
import { MOVERS, PEERS } from '../../bench/movers/names';
import { benchResult } from '../../bench/result/schema';
import { until } from '../support/until';
import { openBenchPlace, type BenchPlace } from './bench-place';

let place: BenchPlace;

beforeAll(() => {
  place = openBenchPlace();
});

afterAll(() => place.close());

describe('npm run bench', () => {
  it('measures moveout and the peers that are installed, and leaves only its source', async () => {
    const file = path.join(place.folder, 'figures.json');
    const bench = place.start('--users=200', '--rounds=1', `--out=${file}`);
    const status = await bench.ended;
    expect(bench.said()).toContain('moveout-copy');
    expect(status).toBe(0);
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain(place.folder);
    const { sizes, missing, growth } = benchResult.parse(JSON.parse(text));
    expect(growth).toEqual([]);
    const [size] = sizes;
    expect(size).toMatchObject({ users: 200, objects: 400, neighbours: 0 });
    const movers = size?.movers ?? [];
    const named = [...movers, ...missing].map(({ mover }) => mover);
    expect([...named].sort()).toEqual([...MOVERS].sort());
    const one = movers.find(({ mover }) => mover === size?.against)?.seconds.median;
    for (const { mover, seconds, ratio, steps, cpu, statements } of movers) {
      expect([mover, ratio]).toEqual([mover, seconds.median / (one ?? 0)]);
      const inSteps = steps.reduce((sum, step) => sum + step.seconds, 0);
      expect(inSteps).toBeLessThanOrEqual(seconds.median);
      const databases = (of: readonly { readonly database?: string | undefined }[]) =>
        of.map(({ database }) => database);
      expect(databases(statements)).toContain('bench_target');
      if (process.platform === 'linux') expect(databases(cpu)).toContain('bench_target');
    }
    const [copy] = movers;
    expect(copy?.steps.map(({ step }) => step)).toContain('verifyProject');
    if (process.platform === 'linux')
      expect(copy?.processes).toContainEqual(expect.objectContaining({ name: 'worker' }));
    expect(place.left()).toEqual([]);
  });

  it('moves one project of several, and ends what it started on Ctrl-C', async () => {
    const one = ['--users=200', '--format=copy', '--peers=none', '--rounds=99'];
    const bench = place.start(...one, '--neighbours=1');
    await until('the first round is over', () => bench.said().includes('round 1, '));
    const server = place
      .left()
      .map((name) => path.join(place.folder, name, 'data', 'postmaster.pid'))
      .find((name) => existsSync(name));
    const pid = Number(readFileSync(server ?? '', 'utf8').split('\n')[0]);
    bench.interrupt();
    expect(await bench.ended).toBe(130);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(place.left()).toEqual([]);
  });

  it.each([
    [['--users=5', '--peers=rsync'], /--users must be a whole number .*; --peers must be one of/],
    [['--against=pgcopydb', '--peers=none'], /--against must name something that is measured/],
    [['--out=no-such-folder/figures.json'], /--out: there is no folder/],
    [['fleet', '--projects=0'], /--projects must be a whole number from 1/],
    [['race'], /see bench --help/],
  ])('refuses %j with one message and touches nothing', async (args, message) => {
    const before = readdirSync(place.folder);
    const bench = place.start(...args);
    expect(await bench.ended).toBe(2);
    expect(bench.said()).toMatch(message);
    expect(bench.said().trim().split('\n')).toHaveLength(1);
    expect(readdirSync(place.folder)).toEqual(before);
  });
});

describe('installedPeers', () => {
  it('names what is not installed, with the line that installs it', async () => {
    const { PATH } = process.env;
    process.env['PATH'] = place.folder;
    const found = await installedPeers(PEERS).finally(() => (process.env['PATH'] = PATH));
    expect(found).toEqual({
      peers: [],
      missing: [
        { mover: 'pgcopydb', install: 'apt-get install pgcopydb' },
        { mover: 'pg_dump-directory', install: 'apt-get install postgresql-client' },
        { mover: 'pg_dump-custom', install: 'apt-get install postgresql-client' },
      ],
    });
  });
});
