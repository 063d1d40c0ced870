import type { Client } from 'pg';

/**
 * Runs `use` in one transaction: committed when it returns, rolled back when it throws.
 * A lost connection rolls back by itself, so a failing ROLLBACK never hides the first error.
 */
export async function transaction<T>(
  client: Client,
  mode: 'read-snapshot' | 'write',
  use: () => Promise<T>,
): Promise<T> {
  await client.query(
    mode === 'write'
      ? 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE'
      : 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
  );
  try {
    const result = await use();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
