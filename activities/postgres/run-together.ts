import type { Client, QueryResult } from 'pg';

/** Characters of a message; a statement that is longer goes alone. */
const LONGEST_MESSAGE = 262_144;

/**
 * Runs statements one after the other in as few messages as they fit into, and gives their results in that
 * order: of small ones the way there and back takes longer than the work. They have no parameters, and the
 * first that fails ends all. For the caller's transaction.
 */
export async function runTogether(
  client: Client,
  statements: readonly string[],
): Promise<readonly QueryResult[]> {
  const results: QueryResult[] = [];
  for (const message of messagesOf(statements)) {
    const answer: QueryResult | QueryResult[] = await client.query(message);
    results.push(...(Array.isArray(answer) ? answer : [answer]));
  }
  return results;
}

function messagesOf(statements: readonly string[]): readonly string[] {
  const messages: string[] = [];
  let open = '';
  for (const statement of statements) {
    const fits = open.length + statement.length <= LONGEST_MESSAGE;
    if (open !== '' && !fits) messages.push(open);
    // A statement may end with a comment.
    open = open === '' || !fits ? statement : `${open}\n;\n${statement}`;
  }
  return open === '' ? messages : [...messages, open];
}
