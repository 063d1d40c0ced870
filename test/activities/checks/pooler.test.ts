import { Client } from 'pg';
import { checkPooler } from '../../../activities/postgres/checks/pooler';
import { Connections } from '../../../activities/postgres/session/connections';
import { createDatabase, dropDatabases, urlOf } from '../../support/harness/databases';
import { startPool, type Pooling } from './transaction-pool';

const PLACE = { connection: 'shared', access: 'read' } as const;

describe('checkPooler', () => {
  let database = '';
  beforeAll(async () => {
    database = await createDatabase('pooled');
  });
  afterAll(() => dropDatabases());

  const through = (url: string) =>
    checkPooler(new Connections(() => url, { name: 'moveout test pooler' }), PLACE);

  async function pooled(pooling: Pooling) {
    const pool = await startPool(database, pooling);
    try {
      return await through(pool.url);
    } finally {
      await pool.close();
    }
  }

  it('has nothing to say about the server itself', async () => {
    for (let round = 0; round < 5; round += 1)
      expect(await through(urlOf(database))).toEqual({ problems: [], warnings: [] });
  });

  it.each([
    { size: 1, order: 'latest' },
    { size: 2, order: 'latest' },
    { size: 2, order: 'turn' },
    { size: 3, order: 'turn' },
    { size: 20, order: 'latest' },
  ] as const)('T28: stops at a transaction pooler, size $size, order $order', async (pooling) => {
    for (let round = 0; round < 3; round += 1) {
      const { problems } = await pooled(pooling);
      expect(problems).toMatchObject([{ code: 'pooler' }]);
      expect(problems[0]?.message).toMatch(
        /^connection "shared" \(port \d+\) answers through a transaction pooler .*use the server's own port/,
      );
    }
  });

  it('lets a session pooler pass', async () => {
    expect(await pooled({ size: 4, order: 'session' })).toEqual({ problems: [], warnings: [] });
  });

  it('leaves no setting behind on the connections of a pool', async () => {
    const pool = await startPool(database, { size: 2, order: 'latest' });
    try {
      await through(pool.url);
      const settings = await readOnlyOn(pool.url);
      expect(settings).toEqual(['off', 'off']);
    } finally {
      await pool.close();
    }
  });
});

/** What the two server connections of a pool say of a setting that moveout pins for itself. */
async function readOnlyOn(url: string): Promise<readonly unknown[]> {
  const clients = [new Client({ connectionString: url }), new Client({ connectionString: url })];
  for (const client of clients) {
    await client.connect();
    await client.query('BEGIN');
  }
  const answers = clients.map((client) =>
    client.query<{ setting: string }>(
      `SELECT current_setting('default_transaction_read_only') AS setting`,
    ),
  );
  const settings = (await Promise.all(answers)).map(({ rows }) => rows[0]?.setting);
  await Promise.all(clients.map((client) => client.end()));
  return settings;
}
