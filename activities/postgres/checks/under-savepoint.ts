import type { Client } from 'pg';
import { DatabaseError } from 'pg';

/** A statement that PostgreSQL refused, and for which reason. */
export interface Refusal {
  readonly sqlstate: string;
}

/**
 * Runs `use` inside the session's open transaction and gives what it gave. Where PostgreSQL refuses
 * with one of the SQLSTATEs, gives the refusal instead, and the transaction with its snapshot is as
 * good as before. Any other error is thrown.
 */
export async function underSavepoint<T>(
  client: Client,
  sqlstates: readonly string[],
  use: () => Promise<T>,
): Promise<{ readonly result: T } | Refusal> {
  await client.query('SAVEPOINT check_point');
  try {
    const result = await use();
    await client.query('RELEASE SAVEPOINT check_point');
    return { result };
  } catch (error) {
    const sqlstate = error instanceof DatabaseError ? (error.code ?? '') : '';
    if (!sqlstates.includes(sqlstate)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT check_point');
    return { sqlstate };
  }
}
