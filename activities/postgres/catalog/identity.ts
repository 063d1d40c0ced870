import { DatabaseError, type Client } from 'pg';
import { z } from 'zod';
import type { DatabaseIdentity } from '../../../workflows/domain/plan';
import { failure } from '../../failure';
import { ident } from '../identifiers';

const identityRow = z.object({
  database: z.string(),
  systemIdentifier: z.string(),
  oid: z.coerce.number(),
  serverVersion: z.coerce.number(),
});

/**
 * Tells which database a session is in: the server by its system identifier, the database by its oid. Fails as
 * `AccessDenied`, with the statement that helps, if the role may not ask the server for its identifier.
 */
export async function readIdentity(client: Client, connection: string): Promise<DatabaseIdentity> {
  try {
    const result = await client.query(`
      SELECT current_database() AS "database",
             (SELECT system_identifier::text FROM pg_control_system()) AS "systemIdentifier",
             (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS "oid",
             current_setting('server_version_num') AS "serverVersion"`);
    return { connection, ...identityRow.parse(result.rows[0]) };
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== '42501') throw error;
    const role = ident(client.user ?? 'postgres');
    throw failure(
      'AccessDenied',
      `the role of connection "${connection}" may not read which server it is on: GRANT EXECUTE ON FUNCTION pg_catalog.pg_control_system() TO ${role}`,
    );
  }
}

/** Tells whether two identities are one and the same database, by whatever name it is reached. */
export function sameDatabase(a: DatabaseIdentity, b: DatabaseIdentity): boolean {
  return a.systemIdentifier === b.systemIdentifier && a.oid === b.oid;
}
