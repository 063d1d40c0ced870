import type { Client } from 'pg';
import { withSession } from '../support/harness/databases';

/** Longer than the time limits of the role that moveout has here. */
const LONG_ENOUGH = '400 milliseconds';
const TRIES = 2_000;

/**
 * Locks a table of the source until a statement of moveout, in a transaction that began before it,
 * has waited for it longer than the time limits, then changes the source and releases it. Tells whether
 * such a statement came.
 */
export async function holdUp(
  source: string,
  { table, change }: { readonly table: string; readonly change: string },
): Promise<boolean> {
  return withSession(source, async (holder) => {
    await holder.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    const waited = await withSession(source, (watcher) => sawWaiting(watcher));
    await holder.query(change);
    await holder.query('COMMIT');
    return waited;
  });
}

async function sawWaiting(watcher: Client): Promise<boolean> {
  for (let i = 0; i < TRIES; i += 1) {
    const { rowCount } = await watcher.query(
      `SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND xact_start < query_start
          AND clock_timestamp() - query_start > interval '${LONG_ENOUGH}'`,
    );
    if (rowCount === 1) return true;
    await watcher.query('SELECT pg_sleep(0.005)');
  }
  return false;
}
