import type { Client } from 'pg';
import { z } from 'zod';
import { mayClose } from '../connect-rights';

/** Who uses a target that stands already. */
export interface TargetClients {
  /** Roles that have sessions in it, each once, with how many. */
  readonly sessions: readonly { readonly role: string; readonly count: number }[];
  /** Whether the session's role can keep new ones out while the migration runs. */
  readonly canBeClosed: boolean;
}

const sessions = z.array(z.object({ role: z.string(), count: z.number() }));

/** Finds who is connected to the session's database, moveout aside. */
export async function readClients(client: Client): Promise<TargetClients> {
  const { rows } = await client.query(
    `SELECT usename::text AS role, count(*)::int AS count FROM pg_stat_activity
      WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
        AND application_name NOT LIKE 'moveout %'
      GROUP BY 1 ORDER BY 1`,
  );
  return { sessions: sessions.parse(rows), canBeClosed: await mayClose(client) };
}

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
