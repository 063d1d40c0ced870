import type { Client } from 'pg';
import { z } from 'zod';
import { ident, literal } from '../identifiers';

/** Up to here a list in the statement lets PostgreSQL use an index; beyond, hashing the set is faster. */
const LARGEST_LIST = 1_000;

const keysRow = z.object({ count: z.coerce.number(), list: z.string().nullable() });

/** The keys of one kind that belong to a project, ready to be compared with in SQL. */
export interface KeySet {
  readonly count: number;
  /** A predicate: the expression (of the keys' own type) is one of them. */
  readonly has: (expression: string) => string;
  /** The same for an expression of type text. */
  readonly hasText: (expression: string) => string;
  /** Makes the predicates good in another session of the same snapshot. */
  readonly hold: (client: Client) => Promise<void>;
}

const held = (): Promise<void> => Promise.resolve();

/** A set that holds nothing: what belongs to it is nothing. */
export const NO_KEYS: KeySet = { count: 0, has: () => 'false', hasText: () => 'false', hold: held };

/** A rule: a statement that yields `id` of a type, and the name under which its keys are held. */
export interface KeyRule {
  readonly name: string;
  readonly type: 'uuid' | 'text';
  readonly statement: string;
}

/**
 * Evaluates a rule in the session's snapshot. Many keys are held by the session itself, as a setting
 * that lasts until the transaction ends: a read-only session can have no temporary table, and a list
 * of a million keys in every statement would cost more than the rows.
 */
export async function readKeys(client: Client, rule: KeyRule): Promise<KeySet> {
  const { count, list } = await evaluate(client, rule);
  if (count === 0) return NO_KEYS;
  if (list !== null) return asList(list, count, rule.type);
  return asSetting(rule, count);
}

async function evaluate(client: Client, rule: KeyRule): Promise<z.infer<typeof keysRow>> {
  const result = await client.query(
    `SELECT s.count::text, CASE WHEN s.count <= ${String(LARGEST_LIST)} THEN s.list END AS list
       FROM (SELECT count(*) AS count,
                    set_config(${literal(settingOf(rule))}, coalesce(array_agg(k.id)::text, '{}'), true) AS list
               FROM (${rule.statement}) AS k) AS s`,
  );
  return keysRow.parse(result.rows[0]);
}

function asList(list: string, count: number, type: KeyRule['type']): KeySet {
  return {
    count,
    has: (expression) => `${expression} = ANY (${literal(list)}::${ident(type)}[])`,
    hasText: (expression) => `${expression} = ANY (${literal(list)}::text[])`,
    hold: held,
  };
}

function asSetting(rule: KeyRule, count: number): KeySet {
  const keys = (as: string): string =>
    `(SELECT unnest(current_setting(${literal(settingOf(rule))})::${as}[]))`;
  return {
    count,
    has: (expression) => `${expression} IN ${keys(ident(rule.type))}`,
    hasText: (expression) => `${expression} IN ${keys('text')}`,
    hold: async (client) => {
      await evaluate(client, rule);
    },
  };
}

function settingOf(rule: KeyRule): string {
  return `moveout.${rule.name}`;
}
