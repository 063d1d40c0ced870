import type { Client } from 'pg';
import { z } from 'zod';
import { ident, literal } from '../identifiers';
import { runBatch } from '../run-together';

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
export async function readKeys(client: Client, rule: KeyRule): Promise<KeySet> {
  const [keys = NO_KEYS] = await readKeySets(client, [rule]);
  return keys;
}

/** The same for several rules that do not need each other's keys; no rule has no keys. */
export async function readKeySets(
  client: Client,
  rules: readonly (KeyRule | undefined)[],
): Promise<readonly KeySet[]> {
  const asked = rules.filter((rule) => rule !== undefined);
  const results = await runBatch(client, asked.map(listing));
  const rows = new Map(asked.map((rule, i) => [rule, countRow.parse(results[i]?.rows[0])]));
  return rules.map((rule) => {
    const row = rule === undefined ? undefined : rows.get(rule);
    return rule === undefined || row === undefined ? NO_KEYS : keySet(rule, row);
  });
}

function listing({ statement, largestList = LARGEST_LIST }: KeyRule): string {
  return `SELECT count(*)::text AS count,
            CASE WHEN count(*) <= ${String(largestList)} THEN array_agg(k.id)::text END AS list
       FROM (${statement}) AS k`;
}

function keySet({ type, statement }: KeyRule, { count, list }: z.infer<typeof countRow>): KeySet {
  if (count === 0) return NO_KEYS;
  if (list === null) return asStatement(statement, count);
  // A list of thousands is quoted once, and stands in the predicate of every table.
  const quoted = literal(list);
  const listOf = (as: string): string => `(${quoted}::${as}[])`;
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
