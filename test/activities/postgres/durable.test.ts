import { Connections } from '../../../activities/postgres/session/connections';
import { createDatabase, dropDatabases, execute, urlOf } from '../../support/harness/databases';

describe('the commits of a session that writes', () => {
  let database: string;
  beforeAll(async () => {
    database = await createDatabase('durable');
  });
  afterAll(() => dropDatabases());

  it.each([
    ['off', 'on'],
    ['on', 'on'],
    ['local', 'local'],
    ['remote_apply', 'remote_apply'],
  ])('wait for the disk at least: where %s is set, %s holds', async (set, holds) => {
    await execute(database, `ALTER DATABASE ${database} SET synchronous_commit = ${set}`);
    const connections = new Connections(() => urlOf(database), { name: 'moveout durable' });
    const { rows } = await connections.with({ connection: 'any', access: 'write' }, (client) =>
      client.query<{ held: string }>(`SELECT current_setting('synchronous_commit') AS held`),
    );
    expect(rows).toEqual([{ held: holds }]);
  });
});
