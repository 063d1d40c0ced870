import type { Client } from 'pg';
import { snapshotBegan, snapshotEnded } from './catalog/recollection';

/**
 * Runs `use` in one transaction, committed when it returns. When it throws, the caller closes the
 * session, which rolls back: a ROLLBACK would wait behind a COPY that nobody reads any more.
 */
export async function transaction<T>(
  client: Client,
  mode: 'read-snapshot' | 'write',
  use: () => Promise<T>,
): Promise<T> {
  await client.query(
    mode === 'write'
      ? 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE'
      : 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
  );
  if (mode === 'read-snapshot') snapshotBegan(client);
  const result = await use();
  await client.query('COMMIT');
  if (mode === 'read-snapshot') await snapshotEnded(client);
  return result;
}
