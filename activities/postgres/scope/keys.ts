import type { Client } from 'pg';
import { z } from 'zod';
import { arrayLiteral } from '../identifiers';

/** Above this many keys a list in every statement costs more than evaluating the rule again. */
const LARGEST_LIST = 100_000;

const keyRow = z.array(z.object({ id: z.string() }));

/** The keys of one kind that belong to a project, ready to be compared with in SQL. */
export interface KeySet {
  readonly count: number;
  /** A predicate: the expression (of the keys' own type) is one of them. */
  readonly has: (expression: string) => string;
  /** The same for an expression of type text. */
  readonly hasText: (expression: string) => string;
}

/** A set that holds nothing: what belongs to it is nothing. */
export const NO_KEYS: KeySet = { count: 0, has: () => 'false', hasText: () => 'false' };

/**
 * Evaluates a rule (a statement that yields `id`) in the session's snapshot. Few keys are held as a
 * list, many as the statement itself; the two mean the same within one snapshot.
 */
export async function readKeys(
  client: Client,
  statement: string,
  type: 'uuid' | 'text',
): Promise<KeySet> {
  const counted = await client.query(`SELECT count(*)::int AS n FROM (${statement}) AS k`);
  const count = z.object({ n: z.number() }).parse(counted.rows[0]).n;
  if (count > LARGEST_LIST) return asStatement(statement, count);
  const result = await client.query(`SELECT k.id::text AS id FROM (${statement}) AS k`);
  return asList(
    keyRow.parse(result.rows).map((row) => row.id),
    type,
  );
}

function asList(ids: readonly string[], type: 'uuid' | 'text'): KeySet {
  if (ids.length === 0) return NO_KEYS;
  const own = arrayLiteral(ids, type);
  const text = arrayLiteral(ids, 'text');
  return {
    count: ids.length,
    has: (expression) => `${expression} = ANY (${own})`,
    hasText: (expression) => `${expression} = ANY (${text})`,
  };
}

function asStatement(statement: string, count: number): KeySet {
  return {
    count,
    has: (expression) => `${expression} IN (SELECT k.id FROM (${statement}) AS k)`,
    hasText: (expression) => `${expression} IN (SELECT k.id::text FROM (${statement}) AS k)`,
  };
}
