import type { ClientBase } from 'pg';
import { z } from 'zod';
import { ident } from '../identifiers';
import { queryCatalog } from '../session/prepared';

const ROWS = z.array(z.object({ role: z.string() }));

/** Those of the given roles that the server does not have, sorted, each once. */
export async function missingRoles(
  client: ClientBase,
  roles: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await queryCatalog(
    client,
    `SELECT DISTINCT wanted AS role FROM unnest($1::text[]) AS wanted
      WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) ORDER BY 1`,
    [roles],
  );
  return ROWS.parse(rows).map(({ role }) => role);
}

/** Creates the roles, which cannot log in and have no password. They belong to the server, not to a database. */
export function createRolesSql(roles: readonly string[]): readonly string[] {
  return roles.map((role) => `CREATE ROLE ${ident(role)} NOLOGIN`);
}
