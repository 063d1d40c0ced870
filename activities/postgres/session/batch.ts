import type { Client, QueryResult } from 'pg';
import { failure } from '../../runtime/failure';

/** Characters of a message; a statement that is longer goes alone. */
const LONGEST_MESSAGE = 262_144;

interface Message {
  readonly text: string;
  readonly statements: number;
}

/**
 * Runs statements one after the other in as few messages as they fit into, and gives their results in that
 * order: of small ones the way there and back takes longer than the work. They have no parameters, and the
 * first that fails ends all. No more of them than a message holds are asked for at a time. For the caller's
 * transaction.
 */
export async function runBatch(
  client: Client,
  statements: Iterable<string>,
): Promise<readonly QueryResult[]> {
  const results: QueryResult[] = [];
  for (const message of messagesOf(statements)) {
    const answer: QueryResult | QueryResult[] = await client.query(message.text);
    const answers = Array.isArray(answer) ? answer : [answer];
    // A statement that holds several would shift the results of the others.
    if (answers.length !== message.statements)
      throw failure(
        'Unexpected',
        `${String(message.statements)} statements gave ${String(answers.length)} results`,
      );
    results.push(...answers);
  }
  return results;
}

function* messagesOf(statements: Iterable<string>): Generator<Message> {
  let open: Message = { text: '', statements: 0 };
  for (const statement of statements) {
    const isFull = open.text.length + statement.length > LONGEST_MESSAGE;
    if (open.statements > 0 && isFull) {
      yield open;
      open = { text: '', statements: 0 };
    }
    // A statement may end with a comment.
    const text = open.statements === 0 ? statement : `${open.text}\n;\n${statement}`;
    open = { text, statements: open.statements + 1 };
  }
  if (open.statements > 0) yield open;
}

/** Runs the statements of a backup's schema one by one, in the caller's transaction. */
export async function runInTurn(client: Client, statements: readonly string[]): Promise<void> {
  // Bodies of functions may name tables that come later in the script.
  await client.query('SET LOCAL check_function_bodies = off');
  for (const statement of statements) await client.query(statement);
}
