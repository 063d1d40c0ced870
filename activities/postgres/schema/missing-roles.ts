import type { ClientBase } from 'pg';
import { z } from 'zod';

const ROWS = z.array(z.object({ role: z.string() }));

/** Those of the given roles that the server does not have, sorted, each once. */
export async function missingRoles(
  client: ClientBase,
  roles: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await client.query(
    `SELECT DISTINCT wanted AS role FROM unnest($1::text[]) AS wanted
      WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) ORDER BY 1`,
    [roles],
  );
  return ROWS.parse(rows).map(({ role }) => role);
}
