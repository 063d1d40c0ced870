import type { QueryResult } from 'pg';
import { withSession } from '../support/harness/databases';
import type { Corruption, Given } from './corruption';

const CHANGING: readonly string[] = ['INSERT', 'UPDATE', 'DELETE'];

/**
 * Spoils a database as a superuser could. Fails where nothing was hit: then a verification that found
 * nothing would be right.
 */
export async function spoil(sql: Corruption['sql'], given: Given): Promise<void> {
  const text = typeof sql === 'string' ? sql : sql(given);
  await withSession(given.database, async (client) => {
    await client.query('SET session_replication_role = replica');
    const results: readonly QueryResult[] = [await client.query(text)].flat();
    const missed = results.some(
      ({ command, rowCount }) => CHANGING.includes(command) && rowCount === 0,
    );
    if (missed) throw new Error(`no row was hit by ${text}`);
  });
}
