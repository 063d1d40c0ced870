import type { Client } from 'pg';
import { z } from 'zod';
import { sending } from './configured-statement';

/** Puts `public` on the search path, as the author of a configured statement expects. */
export async function searchPublic(client: Client): Promise<void> {
  await client.query(`SELECT set_config('search_path', 'pg_catalog, public', false)`);
}

/** Runs the configured statement over projects. */
export async function readRows(
  client: Client,
  statement: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  await searchPublic(client);
  const result = await sending({ place: 'projects.query', sql: statement }, (text) =>
    client.query(text),
  );
  return z.array(z.record(z.string(), z.unknown())).parse(result.rows);
}
