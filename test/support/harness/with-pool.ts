import { once } from 'node:events';
import { Pool } from 'pg';

/**
 * Runs `use` with a pool whose one session may only read. Its session has ended afterwards: a pool by
 * itself does not wait for that, and fails if the server stops meanwhile.
 */
export async function withPool<T>(url: string, use: (pool: Pool) => Promise<T>): Promise<T> {
  const options = '-c default_transaction_read_only=on';
  const pool = new Pool({ connectionString: url, options, max: 1 });
  const ends: Promise<unknown>[] = [];
  pool.on('connect', (client) => {
    ends.push(once(client, 'end'));
  });
  try {
    return await use(pool);
  } finally {
    await pool.end();
    await Promise.all(ends);
  }
}
