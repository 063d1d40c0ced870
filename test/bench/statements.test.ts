import { canCount } from '../../bench/measure/counted-statements';
import { sampleStatements } from '../../bench/measure/sampled-statements';
import { addedUp } from '../../bench/measure/statement-watch';
import { createDatabase, dropDatabases, query, urlOf } from '../support/harness/databases';

afterAll(() => dropDatabases());

describe('addedUp', () => {
  const found = (database: string | null, statement: string, seconds: number) => ({
    ...{ database, statement, seconds, calls: 1, rows: 2 },
  });

  it('adds up what differs only by values, by group of databases, the most expensive first', () => {
    const all = [
      found('one', 'SELECT 1', 1),
      found('two', 'SELECT 22', 2),
      found('source', 'SELECT 1', 4),
      found(null, 'ANALYZE', 0.5),
    ];
    const groupOf = (name: string) => (name === 'source' ? name : 'targets');
    expect(addedUp(all, groupOf)).toEqual([
      { database: 'source', statement: 'SELECT ?', calls: 1, seconds: 4, rows: 2 },
      { database: 'targets', statement: 'SELECT ?', calls: 2, seconds: 3, rows: 4 },
      { database: '(dropped)', statement: 'ANALYZE', calls: 1, seconds: 0.5, rows: 2 },
    ]);
  });

  it('keeps long statements apart that begin alike', () => {
    const columns = 'a, '.repeat(2_000);
    const all = ['one', 'two'].map((table) => found('d', `SELECT ${columns} FROM ${table}`, 1));
    expect(addedUp(all, (name) => name)).toHaveLength(2);
  });
});

describe('a server without pg_stat_statements', () => {
  it('is known as one, and its statements are sampled', async () => {
    const database = await createDatabase('bench');
    expect(await canCount(urlOf(database))).toBe(false);
    const watch = await sampleStatements(urlOf(database), (name) => name);
    await query(database, `SELECT pg_sleep(0.5) /* 'secret' */`);
    const [slept] = (await watch.stop()).filter((one) => one.database === database);
    expect(slept).toMatchObject({ statement: `SELECT pg_sleep(?) /* '…' */`, calls: 1 });
    expect(slept?.seconds).toBeGreaterThan(0.2);
    expect(slept?.seconds).toBeLessThan(5);
  });
});
