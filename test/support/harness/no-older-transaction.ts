import { until } from '../until';
import { query } from './databases';

/**
 * Waits until no transaction is open that began before now. Files that run at the same time share the server: with one
 * of their transactions open, a row that was written after it began could be newer than any snapshot's `xmin`.
 */
export async function untilNoOlderTransaction(database: string): Promise<void> {
  const [now] = await query<{ xid: string }>(
    database,
    'SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS xid',
  );
  await until('the end of all transactions that began before', async () => {
    const ended = await query(
      database,
      'SELECT WHERE pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8',
      [now?.xid],
    );
    return ended.length === 1;
  });
}
