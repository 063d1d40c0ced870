import type { Client } from 'pg';
import { z } from 'zod';
import { ident, literal } from '../identifiers';

/** Up to here a list in every statement costs less than evaluating the rule again in each. */
const LARGEST_LIST = 20_000;

const countRow = z.object({ count: z.coerce.number(), list: z.string().nullable() });

/** The keys of one kind that belong to a project, ready to be compared with in SQL. */
export interface KeySet {
  readonly count: number;
  /** Whether the predicates name the keys one by one, so that an index can be used. */
  readonly isList: boolean;
  /** A predicate: the expression (of the keys' own type) is one of them. */
  readonly has: (expression: string) => string;
  /** The same for an expression of type text. */
  readonly hasText: (expression: string) => string;
}

/** A set that holds nothing: what belongs to it is nothing. */
export const NO_KEYS: KeySet = {
  count: 0,
  isList: true,
  has: () => 'false',
  hasText: () => 'false',
};

/** A rule: a statement that yields `id` of a type. */
export interface KeyRule {
  readonly type: 'uuid' | 'text';
  readonly statement: string;
  /** Up to so many keys become a list. */
  readonly largestList?: number;
}

/**
 * Evaluates a rule in the session's snapshot. Few keys become a list, which lets PostgreSQL use an
 * index; many stay the statement they came from. Within one snapshot the two mean the same.
 */
export async function readKeys(
  client: Client,
  { type, statement, largestList = LARGEST_LIST }: KeyRule,
): Promise<KeySet> {
  const result = await client.query(
    `SELECT count(*)::text AS count,
            CASE WHEN count(*) <= ${String(largestList)} THEN array_agg(k.id)::text END AS list
       FROM (${statement}) AS k`,
  );
  const { count, list } = countRow.parse(result.rows[0]);
  if (count === 0) return NO_KEYS;
  if (list === null) return asStatement(statement, count);
  const listOf = (as: string): string => `(${literal(list)}::${as}[])`;
  return {
    count,
    isList: true,
    has: (expression) => `${expression} = ANY ${listOf(ident(type))}`,
    hasText: (expression) => `${expression} = ANY ${listOf('text')}`,
  };
}

function asStatement(statement: string, count: number): KeySet {
  return {
    count,
    isList: false,
    has: (expression) => `${expression} IN (SELECT k.id FROM (${statement}) AS k)`,
    hasText: (expression) => `${expression} IN (SELECT k.id::text FROM (${statement}) AS k)`,
  };
}
