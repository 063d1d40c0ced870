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
