import type { Client } from 'pg';
import { qualified } from './identifiers';

/** Gathers the planner's statistics for the tables. */
export async function analyze(client: Client, tables: readonly string[]): Promise<void> {
  if (tables.length > 0) await client.query(`ANALYZE ${tables.map(qualified).join(', ')}`);
}
