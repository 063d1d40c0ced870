import type { Client } from 'pg';
import { z } from 'zod';

const row = z.object({ lsn: z.string() });

/** Where the server's last checkpoint is; any test that drops a database makes another one. */
export async function lastCheckpoint(client: Client): Promise<string> {
  const result = await client.query(
    'SELECT checkpoint_lsn::text AS lsn FROM pg_control_checkpoint()',
  );
  return row.parse(result.rows[0]).lsn;
}
