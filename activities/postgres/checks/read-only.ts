import type { Client } from 'pg';
import { z } from 'zod';

const readOnlyRow = z.object({ standby: z.boolean(), configured: z.boolean() });

/** Why a server takes no writes, if it does not. */
export type ReadOnly = Readonly<z.infer<typeof readOnlyRow>>;

/**
 * Looks whether the session's server is a standby, or was set to read only as a whole. The session has a
 * setting of its own; what it would have without, but for the settings of its role and its database, is the server's.
 */
export async function readReadOnly(client: Client): Promise<ReadOnly> {
  const result = await client.query(`
    SELECT pg_is_in_recovery() AS standby,
           s.reset_val = 'on' AND NOT EXISTS (
             SELECT FROM pg_db_role_setting d, unnest(d.setconfig) AS entry
              WHERE entry LIKE 'default_transaction_read_only=%'
                AND (d.setrole = 0 OR d.setrole = (SELECT oid FROM pg_roles WHERE rolname = session_user))
                AND (d.setdatabase = 0 OR d.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()))
           ) AS configured
      FROM pg_settings s WHERE s.name = 'default_transaction_read_only'`);
  return readOnlyRow.parse(result.rows[0]);
}
