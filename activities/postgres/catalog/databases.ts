import type { Client } from 'pg';
import { z } from 'zod';

const row = z.object({ oid: z.coerce.number(), template: z.boolean(), accepts: z.boolean() });

export type DatabaseEntry = z.infer<typeof row>;

/** Looks a database up by name on the server of the session; `undefined` where there is none. */
export async function findDatabase(
  client: Client,
  name: string,
): Promise<DatabaseEntry | undefined> {
  const result = await client.query(
    `SELECT oid::text AS oid, datistemplate AS template, datallowconn AS accepts
       FROM pg_database WHERE datname = $1`,
    [name],
  );
  return result.rows[0] === undefined ? undefined : row.parse(result.rows[0]);
}
