import type { Client, QueryResult } from 'pg';

/**
 * Runs statements one after the other in one message, and gives their results in that order: of small ones
 * the way there and back takes longer than the work. They have no parameters, the first that fails ends
 * all, and outside a transaction they are one.
 */
export async function runTogether(
  client: Client,
  statements: readonly string[],
): Promise<readonly QueryResult[]> {
  if (statements.length === 0) return [];
  // A statement may end with a comment.
  const results: QueryResult | QueryResult[] = await client.query(statements.join('\n;\n'));
  return Array.isArray(results) ? results : [results];
}
