import type { Client } from 'pg';
import { z } from 'zod';
import type { DatabaseIdentity } from '../../../workflows/domain/plan';

const row = z.object({
  database: z.string(),
  systemIdentifier: z.string(),
  oid: z.coerce.number(),
  serverVersion: z.coerce.number(),
});

/** Tells which database a session is in: the server by its system identifier, the database by its oid. */
export async function readIdentity(client: Client, connection: string): Promise<DatabaseIdentity> {
  const result = await client.query(`
    SELECT current_database() AS "database",
           (SELECT system_identifier::text FROM pg_control_system()) AS "systemIdentifier",
           (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS "oid",
           current_setting('server_version_num') AS "serverVersion"`);
  return { connection, ...row.parse(result.rows[0]) };
}

/** Tells whether two identities are one and the same database, by whatever name it is reached. */
export function sameDatabase(a: DatabaseIdentity, b: DatabaseIdentity): boolean {
  return a.systemIdentifier === b.systemIdentifier && a.oid === b.oid;
}
