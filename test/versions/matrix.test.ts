import { openTestbed, type Testbed } from '../support/harness/testbed';
import { RELEASES, type PostgresRelease } from '../../local/postgres';
import { catalogLines } from './catalog-lines';
import { actualRows, expectedRows } from './project-rows';
import { databaseAt, rowsAt } from './sessions';
import { Servers, type Pair } from './two-servers';

const REF = 'project-003';

/** `14:18,16:16`; what is not installed is fetched, so that by default only what is installed runs. */
const pairs = pairsIn(process.env['MOVEOUT_TEST_PAIRS'] ?? '15:15');
const forwards = pairs.filter(({ source, target }) => majorOf(source) <= majorOf(target));
const backwards = pairs.filter(({ source, target }) => majorOf(source) > majorOf(target));

let bed: Testbed;
const servers = new Servers();
beforeAll(async () => {
  bed = await openTestbed();
  await servers.start(pairs);
});
afterAll(async () => {
  await bed.close();
  await servers.stop();
});

function between({ source, target }: Pair): { readonly databaseName: string } {
  bed.configured.urls = { shared: servers.source(source), projects: servers.target(target) };
  return { databaseName: `of_${source.replace('-', '_')}` };
}

const run = (databaseName: string) =>
  bed.run('migrateProject', { projectRef: REF, databaseName, ownerUserId: 'user-125' });

describe('migrateProject from one server to another', () => {
  for (const pair of forwards) {
    it(`moves rows and schemas as they are from ${pair.source} to ${pair.target}`, async () => {
      const { databaseName } = between(pair);
      const ending = await run(databaseName);
      expect(ending.message).toBe('');
      expect(ending.report).toMatchObject({ outcome: 'migrated', drift: [], problems: [] });
      const source = servers.source(pair.source);
      const target = databaseAt(servers.target(pair.target), databaseName);
      expect(await actualRows(target)).toEqual(await expectedRows(source, REF));
      expect(await catalogLines(target)).toEqual(await catalogLines(source));
    });
  }

  for (const pair of backwards) {
    it(`refuses a target that is older, from ${pair.source} to ${pair.target}`, async () => {
      const { databaseName } = between(pair);
      const ending = await run(databaseName);
      expect(ending.report?.outcome).toBe('refused');
      expect(ending.report?.problems.map(({ code }) => code)).toContain('older-server');
      const made = `SELECT FROM pg_database WHERE datname = '${databaseName}'`;
      expect(await rowsAt(servers.target(pair.target), made)).toEqual([]);
    });
  }
});

function pairsIn(text: string): readonly Pair[] {
  return text.split(',').map((pair) => {
    const [source, target] = pair.split(':').map(releaseIn);
    if (source === undefined || target === undefined) throw new Error(`"${pair}" is no pair`);
    return { source, target };
  });
}

function releaseIn(text: string): PostgresRelease | undefined {
  return RELEASES.find((release) => release === text.trim());
}

function majorOf(release: PostgresRelease): number {
  return Number(release.replace('debian-', ''));
}
