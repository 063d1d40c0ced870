import type { Client, QueryResult } from 'pg';
import { snapshotBegan, snapshotEnded } from './catalog/recollection';
import { runBatch } from './run-together';

type Mode = 'read-snapshot' | 'write';

/** A transaction and what it begins with, in one message. */
export interface Beginning {
  readonly mode: Mode;
  readonly first: readonly string[];
}

const BEGIN = {
  write: 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE',
  'read-snapshot': 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
} as const;

/**
 * Runs `use` in one transaction, committed when it returns; it gets the results of the first statements.
 * When it throws, the caller closes the session, which rolls back: a ROLLBACK would wait behind a COPY
 * that nobody reads any more.
 */
export async function transaction<T>(
  client: Client,
  how: Mode | Beginning,
  use: (first: readonly QueryResult[]) => Promise<T>,
): Promise<T> {
  const { mode, first } = typeof how === 'string' ? { mode: how, first: [] } : how;
  const [, ...results] = await runBatch(client, [BEGIN[mode], ...first]);
  if (mode === 'read-snapshot') snapshotBegan(client);
  const result = await use(results);
  await client.query('COMMIT');
  if (mode === 'read-snapshot') await snapshotEnded(client);
  return result;
}
