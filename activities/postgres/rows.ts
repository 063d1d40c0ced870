import type { Client } from 'pg';
import { z } from 'zod';

/** Runs a configured statement about projects, with `public` on the search path as its author expects. */
export async function readRows(
  client: Client,
  statement: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  await client.query(`SELECT set_config('search_path', 'pg_catalog, public', false)`);
  const result = await client.query(statement);
  return z.array(z.record(z.string(), z.unknown())).parse(result.rows);
}
