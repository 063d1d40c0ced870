import type { Problem } from '../../../workflows/domain/plan';
import { missingConnectGrant } from '../../postgres/checks/connect-right';
import { isOwnRole, readMover } from '../../postgres/checks/mover';
import type { ReadOnly } from '../../postgres/checks/read-only';
import type { Client } from '../../postgres/database-client';
import { withheld } from './role-remarks';

/** Says that the target's server takes no writes (`target-read-only`). */
export function readOnlyProblems({ standby, configured }: ReadOnly): readonly Problem[] {
  if (standby) {
    return [
      {
        code: 'target-read-only',
        message:
          "the target's server is a standby and takes no writes: name the primary server in the connection's URL",
      },
    ];
  }
  if (!configured) return [];
  return [
    {
      code: 'target-read-only',
      message:
        "the target's server is set to read only (default_transaction_read_only = on), also for the services that will use the new database: find out why, then ALTER SYSTEM SET default_transaction_read_only = off; SELECT pg_reload_conf();",
    },
  ];
}

/** Says that the role may not connect to a target that is there (`privilege`). */
export async function connectProblems(
  client: Client,
  database: string,
): Promise<readonly Problem[]> {
  const mover = await readMover(client);
  const grant = await missingConnectGrant(client, database, mover.quoted);
  if (grant === undefined) return [];
  const settles = isOwnRole(mover) ? grant : withheld(mover);
  return [
    {
      code: 'privilege',
      message: `on the target's server, role "${mover.role}" may not connect to database "${database}": ${settles}`,
    },
  ];
}
