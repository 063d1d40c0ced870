import type { Client } from 'pg';
import { z } from 'zod';

const connectRow = z.object({ grant: z.string() });

/**
 * Reads whether the session's role may connect to a database that is there; if not, gives the statement that
 * grants the right to `role`, a name as SQL reads it.
 */
export async function missingConnectGrant(
  client: Client,
  database: string,
  role: string,
): Promise<string | undefined> {
  const result = await client.query(
    `SELECT format('GRANT CONNECT ON DATABASE %I TO %s;', datname, $2::text) AS grant FROM pg_database
      WHERE datname = $1 AND NOT has_database_privilege(oid, 'CONNECT')`,
    [database, role],
  );
  return result.rowCount === 0 ? undefined : connectRow.parse(result.rows[0]).grant;
}
