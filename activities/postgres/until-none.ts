import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from 'pg';

/** Milliseconds; a backend looks every two seconds whether its client is still there. */
const GONE_WITHIN = 5_000;
const LOOK_AGAIN = 50;

/** Waits until the session's server has no session of that name any more, for a few seconds at most. */
export async function untilNone(client: Client, name: string): Promise<void> {
  const deadline = Date.now() + GONE_WITHIN;
  for (;;) {
    const left = await client.query(
      'SELECT FROM pg_stat_get_activity(NULL) AS a WHERE a.application_name = $1',
      [name],
    );
    if (left.rowCount === 0 || Date.now() > deadline) return;
    await wait(LOOK_AGAIN);
  }
}
