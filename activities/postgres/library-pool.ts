import { Client, Pool } from 'pg';
import type { PoolConfig } from 'pg';
import { sendPlainComments } from './plain-comments';

/** Libraries read a catalog with so many sessions at once. */
const SESSIONS = 2;

/** What every session of a pool has. */
interface Having {
  /** Ends them all. */
  readonly signal: AbortSignal | undefined;
  /** The first statement of each. */
  readonly pin: string;
}

/** Runs `use` with a pool whose sessions all die with the signal, and are closed at the end. */
export async function withLibraryPool<T>(
  config: PoolConfig,
  { signal, pin }: Having,
  use: (pool: Pool) => Promise<T>,
): Promise<T> {
  const pool = new Pool({
    ...config,
    max: SESSIONS,
    verify: (client, done) => {
      client.query(pin).then(() => done(), done);
    },
  });
  pool.on('error', ignoreIdleLoss);
  const opened: Client[] = [];
  pool.on('connect', (client) => {
    // A pool listens to idle sessions only; a busy one that is lost would end the whole process.
    client.on('error', ignoreIdleLoss);
    if (!(client instanceof Client)) return;
    sendPlainComments(client);
    opened.push(client);
  });
  const destroy = (): void => {
    for (const client of opened) client.connection.stream.destroy();
  };
  signal?.addEventListener('abort', destroy, { once: true });
  try {
    return await use(pool);
  } finally {
    signal?.removeEventListener('abort', destroy);
    await pool.end();
  }
}

/** An idle session that is lost shows as a failure of its next statement, which says more. */
export function ignoreIdleLoss(): void {
  return undefined;
}
