import { execute, urlOf } from '../../support/harness/databases';
import { sessionAt } from '../../support/harness/session-at';
import { closeScratch, openScratch, type Scratch } from './scratch';
import { WatchedConnections } from './watched-sessions';

/** Two tables that are read by themselves, the larger one last by name, and small ones. */
const TABLES = `
  CREATE TABLE auth.large (id int PRIMARY KEY);
  INSERT INTO auth.large SELECT generate_series(1, 21000);
  CREATE TABLE auth.larger (id int PRIMARY KEY);
  INSERT INTO auth.larger SELECT generate_series(1, 22000);
  CREATE TABLE auth.one (id int PRIMARY KEY);
  INSERT INTO auth.one VALUES (1);
  CREATE TABLE auth.two (id int PRIMARY KEY);
  INSERT INTO auth.two VALUES (1), (2);`;

const FINGERPRINT = /hash_record_extended/;

describe('a target is read on several sessions', () => {
  let scratch: Scratch;
  let target: string;
  beforeAll(async () => {
    scratch = await openScratch(TABLES, { format: 'copy' });
    target = await scratch.target();
  });
  afterAll(closeScratch);

  it('the largest table first, the small ones together', async () => {
    const connections = new WatchedConnections();
    const evidence = await scratch.verify(target, undefined, { connections });
    expect(evidence.differences).toEqual([]);
    expect(evidence.tables.every(({ equal }) => equal)).toBe(true);
    const read = connections.matching(FINGERPRINT);
    expect(read.map(([session]) => session).sort()).toEqual(expect.arrayContaining([0, 1]));
    const tables = read.map(([, text]) =>
      [...text.matchAll(/FROM "auth"\."(\w+)" AS t/g)].map(([, name]) => name).join(' '),
    );
    expect([...tables].sort()).toEqual(['large', 'larger', 'two one'].sort());
    expect([tables[0], read[0]?.[0]]).toEqual(['larger', 0]);
  });

  it('that all see one snapshot', async () => {
    const later = await scratch.target();
    const connections = new WatchedConnections({ name: 'verify test' }, async (count) => {
      if (count === 2) await execute(later, 'DELETE FROM auth.large; DELETE FROM auth.larger');
    });
    const evidence = await scratch.verify(later, undefined, { connections });
    expect(evidence.differences).toEqual([]);
  });

  it('and by one session alone if there are small tables only', async () => {
    const small = await openScratch('CREATE TABLE auth.one (id int PRIMARY KEY)', {
      format: 'copy',
    });
    const connections = new WatchedConnections();
    await small.verify(await small.target(), undefined, { connections });
    expect(connections.matching(/SET TRANSACTION SNAPSHOT/)).toEqual([]);
  });

  it('no more of which are open than before once schemas are compared', async () => {
    const connections = new WatchedConnections();
    await scratch.verify(target, undefined, { connections });
    expect(connections.mostOpen).toBe(2);
  });

  it('which all end at once if the attempt is cancelled', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    await sessionAt(urlOf(target), async (other) => {
      await other.query('BEGIN');
      const connections = new WatchedConnections(
        { name: 'moveout cancelled', signal },
        async (count) => {
          if (count < 2) return;
          await other.query('LOCK TABLE auth.large');
          setImmediate(() => controller.abort());
        },
      );
      const started = performance.now();
      await expect(scratch.verify(target, undefined, { connections })).rejects.toThrow();
      await connections.untilGone();
      expect(performance.now() - started).toBeLessThan(5_000);
      const { rows } = await other.query(
        `SELECT FROM pg_stat_activity WHERE application_name = 'moveout cancelled'`,
      );
      expect(rows).toEqual([]);
    });
  });
});
