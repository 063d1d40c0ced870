import { Connections } from '../../activities/postgres/session/connections';
import { given } from '../ground/given';

describe('a URL of a connection', () => {
  it('keeps its options beside what moveout pins, and cannot undo that, in pools as well', async () => {
    const url = new URL(given('MOVEOUT_TEST_POSTGRES_URL'));
    url.searchParams.set('options', '-c moveout.seen=yes -c default_transaction_read_only=off');
    url.searchParams.set('statement_timeout', '1');
    const connections = new Connections(() => url.href, { name: 'moveout test' });
    const seen = `SELECT current_setting('moveout.seen') AS seen,
      current_setting('default_transaction_read_only') AS readonly,
      current_setting('statement_timeout') AS timeout`;
    const databaseRef = { connection: 'shared', access: 'read' } as const;
    const pinned = [{ seen: 'yes', readonly: 'on', timeout: '0' }];
    const pooled = await connections.withPool(databaseRef, (pool) => pool.query(seen));
    const single = await connections.with(databaseRef, (session) => session.query(seen));
    expect([pooled.rows, single.rows]).toEqual([pinned, pinned]);
  });
});
