import type { Client } from 'pg';
import { z } from 'zod';
import { ident } from '../identifiers';

/** Which of the schemas exist in the session's database, sorted. */
export async function presentSchemas(
  client: Client,
  schemas: readonly string[],
): Promise<readonly string[]> {
  const result = await client.query(
    'SELECT nspname AS name FROM pg_namespace WHERE nspname = ANY ($1) ORDER BY 1',
    [schemas],
  );
  return z
    .array(z.object({ name: z.string() }))
    .parse(result.rows)
    .map((row) => row.name);
}

/** Drops schemas with all that is in them; the caller has made sure that nothing outside depends on it. */
export async function dropSchemas(client: Client, schemas: readonly string[]): Promise<void> {
  for (const schema of schemas) await client.query(`DROP SCHEMA ${ident(schema)} CASCADE`);
}
