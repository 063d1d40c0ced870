import type { Client } from 'pg';
import { z } from 'zod';
import { NO_FINDINGS, problem, type Findings } from '../../../workflows/domain/findings';
import { isOwnRole, readMover, withheld } from './mover';
import { queryCatalog } from '../session/prepared';

const connectRow = z.object({ grant: z.string() });

/** Says that the session's role may not connect to a database that is there (`privilege`). */
export async function checkConnectRight(client: Client, database: string): Promise<Findings> {
  const mover = await readMover(client);
  const grant = await missingConnectGrant(client, database, mover.quoted);
  if (grant === undefined) return NO_FINDINGS;
  const remedy = isOwnRole(mover) ? grant : withheld(mover);
  return problem('privilege', [
    `on the target's server, role "${mover.role}" may not connect to database "${database}": ${remedy}`,
  ]);
}

/**
 * Reads whether the session's role may connect to a database that is there; if not, gives the statement that
 * grants the right to `role`, a name as SQL reads it.
 */
async function missingConnectGrant(
  client: Client,
  database: string,
  role: string,
): Promise<string | undefined> {
  const result = await queryCatalog(
    client,
    `SELECT format('GRANT CONNECT ON DATABASE %I TO %s;', datname, $2::text) AS grant FROM pg_database
      WHERE datname = $1 AND NOT has_database_privilege(oid, 'CONNECT')`,
    [database, role],
  );
  return result.rowCount === 0 ? undefined : connectRow.parse(result.rows[0]).grant;
}
