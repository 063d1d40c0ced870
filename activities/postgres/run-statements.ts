import type { Client } from './database-client';

/** Runs the statements of a backup's schema one by one, in the caller's transaction. */
export async function runInTurn(client: Client, statements: readonly string[]): Promise<void> {
  // Bodies of functions may name tables that come later in the script.
  await client.query('SET LOCAL check_function_bodies = off');
  for (const statement of statements) await client.query(statement);
}
