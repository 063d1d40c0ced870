import { counted } from '../../../workflows/domain/counted';
import { listed, mergeFindings, warning, type Findings } from '../../../workflows/domain/findings';
import type { Client } from 'pg';
import { z } from 'zod';
import { mayClose } from '../connect-rights';

/** Who uses a target that already exists. */
interface TargetClients {
  /** Roles that have sessions in it, each once, with how many. */
  readonly sessions: readonly { readonly role: string; readonly count: number }[];
  /** Whether the session's role can keep new ones out while the migration runs. */
  readonly canBeClosed: boolean;
}

const sessions = z.array(z.object({ role: z.string(), count: z.number() }));

/** Names who uses a target that already exists, and says if they cannot be kept out (`target-in-use`, `target-stays-open`). */
export async function checkClients(client: Client, database: string): Promise<Findings> {
  const { sessions: others, canBeClosed } = await readClients(client);
  const roles = listed(
    others.map(({ role, count }) => `${role} (${counted(count, 'session')})`),
    ', ',
  );
  const stop = 'stop the services that use it before you start';
  return mergeFindings([
    warning(
      'target-in-use',
      others.length === 0
        ? []
        : [
            `these roles are connected to the target "${database}": ${roles}; ${stop}: what they write there during the migration makes it fail, or is lost`,
          ],
    ),
    warning(
      'target-stays-open',
      canBeClosed
        ? []
        : [
            `the target "${database}" belongs to another role, so its clients cannot be kept out during the migration; ${stop}`,
          ],
    ),
  ]);
}

/** Finds who is connected to the session's database, moveout aside. */
async function readClients(client: Client): Promise<TargetClients> {
  const { rows } = await client.query(
    `SELECT usename::text AS role, count(*)::int AS count FROM pg_stat_activity
      WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
        AND application_name NOT LIKE 'moveout %'
      GROUP BY 1 ORDER BY 1`,
  );
  return { sessions: sessions.parse(rows), canBeClosed: await mayClose(client) };
}
