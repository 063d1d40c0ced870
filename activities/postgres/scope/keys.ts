import type { Client } from 'pg';
import { z } from 'zod';
import { ident, literal } from '../identifiers';
import { runBatch } from '../session/batch';
import type { ProjectKeys } from './rules';

/** Up to here a list in every statement costs less than evaluating the rule again in each. */
export const LARGEST_LIST = 20_000;

const countRow = z.object({ count: z.coerce.number(), list: z.string().nullable() });

/** The keys of one kind that belong to a project, ready to be compared with in SQL. */
export interface KeySet {
  readonly count: number;
  /** Whether the predicates name the keys one by one, so that an index can be used. */
  readonly isList: boolean;
  /** A predicate: the expression (of the keys' own type) is one of them. */
  readonly has: (expression: string) => string;
  /** The key list as a predicate over an expression of type text. */
  readonly hasText: (expression: string) => string;
  /** A predicate over a row, by its alias, of the table that the keys are of: it is one of them. */
  readonly hasRow: (alias: string) => string;
}

/** A set that holds nothing: what belongs to it is nothing. */
export const NO_KEYS: KeySet = {
  count: 0,
  isList: true,
  has: () => 'false',
  hasText: () => 'false',
  hasRow: () => 'false',
};

/** A rule: a statement that yields `id` of a type. */
export interface KeyRule {
  readonly type: 'uuid' | 'text';
  readonly statement: string;
  /** The same as a predicate over a row, by its alias, of the table that the ids are of. */
  readonly hasRow?: (alias: string) => string;
  /** Up to this many keys become a list. */
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

/** Reads the keys of several rules that do not need each other's keys; an absent rule has no keys. */
export async function readKeySets(
  client: Client,
  rules: readonly (KeyRule | undefined)[],
): Promise<readonly KeySet[]> {
  const classified = rules.filter((rule) => rule !== undefined);
  const results = await runBatch(client, classified.map(listing));
  const rows = new Map(classified.map((rule, i) => [rule, countRow.parse(results[i]?.rows[0])]));
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

/** The keys that a rule has yielded: how many, and as a literal array if they are few enough for a list. */
export function keySet(rule: KeyRule, { count, list }: z.infer<typeof countRow>): KeySet {
  const { type } = rule;
  if (count === 0) return NO_KEYS;
  if (list === null) return asStatement(rule, count);
  // A list of thousands is quoted once, and stands in the predicate of every table.
  const quoted = literal(list);
  const listOf = (as: string): string => `(${quoted}::${as}[])`;
  const has = (expression: string): string => `${expression} = ANY ${listOf(ident(type))}`;
  return {
    count,
    isList: true,
    has,
    hasRow: (alias) => has(`${alias}.id`),
    hasText: (expression) => `${expression} = ANY ${listOf('text')}`,
  };
}

function asStatement({ statement, hasRow }: KeyRule, count: number): KeySet {
  const has = (expression: string): string =>
    among(expression, `SELECT k.id FROM (${statement}) AS k`);
  return {
    count,
    isList: false,
    has,
    hasText: (expression) => among(expression, `SELECT k.id::text FROM (${statement}) AS k`),
    hasRow: hasRow ?? ((alias) => has(`${alias}.id`)),
  };
}

/**
 * The expression is one of many keys. PostgreSQL cannot know that they are many, and would look up each one by
 * an index on the column; of an expression it makes a hash of the keys, and reads the table once.
 */
export function among(expression: string, statement: string): string {
  return `greatest(${expression}) IN (${statement})`;
}

/** Whether the source has a table, or a column of it. */
export type Exists = ProjectKeys['exists'];

/** The keys that a project's rows name in tables which have no key of the project. */
export type SharedKeys = Pick<
  ProjectKeys,
  'instanceRows' | 'identityProviders' | 'oauthClients' | 'flowStates'
>;

/** The columns that name an OAuth client for a user. */
const CLIENT_COLUMNS = [
  ['auth.oauth_consents', 'client_id'],
  ['auth.sessions', 'oauth_client_id'],
  ['auth.oauth_authorizations', 'client_id'],
] as const;

/**
 * Finds which shared rows the project's users use. Each is found once, since the tables are large; the instance
 * ids are not looked for if they are known.
 */
export async function readSharedKeys(
  client: Client,
  {
    users,
    instanceRows: known,
  }: Pick<ProjectKeys, 'users'> & Partial<Pick<ProjectKeys, 'instanceRows'>>,
  exists: ProjectKeys['exists'],
): Promise<SharedKeys> {
  const [
    instanceRows = NO_KEYS,
    identityProviders = NO_KEYS,
    oauthClients = NO_KEYS,
    flowStates = NO_KEYS,
  ] = await readKeySets(client, [
    known === undefined ? instancesRule(users) : undefined,
    {
      type: 'text',
      statement: `SELECT DISTINCT x.provider AS id FROM auth.identities AS x
        WHERE (starts_with(x.provider, 'sso:') OR starts_with(x.provider, 'custom:'))
          AND ${users.has('x.user_id')}`,
    },
    clientsRule(users, exists),
    flowStatesRule(users, exists),
  ]);
  return { instanceRows: known ?? instanceRows, identityProviders, oauthClients, flowStates };
}

function instancesRule(users: KeySet): KeyRule {
  const statement = `SELECT DISTINCT x.instance_id AS id FROM auth.users AS x
    WHERE x.instance_id IS NOT NULL AND (${users.hasRow('x')})`;
  return { type: 'uuid', statement };
}

function clientsRule(users: KeySet, exists: ProjectKeys['exists']): KeyRule | undefined {
  const found = CLIENT_COLUMNS.filter(([table, column]) => exists(table, column)).map(
    ([table, column]) =>
      `SELECT x.${column} AS id FROM ${table} AS x
        WHERE x.${column} IS NOT NULL AND ${users.has('x.user_id')}`,
  );
  return found.length === 0 ? undefined : { type: 'uuid', statement: found.join(' UNION ') };
}

/** Not by OR: PostgreSQL would make a hash of all users for each side, however few states there are. */
function flowStatesRule(users: KeySet, exists: ProjectKeys['exists']): KeyRule | undefined {
  if (!exists('auth.flow_state')) return undefined;
  const columns = ['user_id', 'linking_target_id'].filter((name) =>
    exists('auth.flow_state', name),
  );
  const found = columns.map(
    (column) => `SELECT x.id FROM auth.flow_state AS x WHERE ${users.has(`x.${column}`)}`,
  );
  return found.length === 0 ? undefined : { type: 'uuid', statement: found.join(' UNION ') };
}

/** By what the refresh tokens of few users are found through indexes that stock Auth has. */
export interface TokenKeys {
  /** SQL: every instance id that a refresh token has, but NULL. */
  readonly instances: string;
  readonly sessions: KeySet;
}

/** A source has one instance id; if each project has its own there is nothing to be gained. */
const FEW = 16;

/** From one instance id to the next one in the index, and no further than it takes to see that they are few. */
const INSTANCES = `
  WITH RECURSIVE following (id) AS (
    (SELECT r.instance_id FROM auth.refresh_tokens AS r ORDER BY r.instance_id LIMIT 1)
    UNION ALL
    SELECT (SELECT r.instance_id FROM auth.refresh_tokens AS r
             WHERE r.instance_id > f.id ORDER BY r.instance_id LIMIT 1)
      FROM following AS f WHERE f.id IS NOT NULL)
  SELECT coalesce(array_agg(l.id) FILTER (WHERE l.id IS NOT NULL), '{}')::text AS ids, count(*)::int AS count
    FROM (SELECT f.id FROM following AS f LIMIT ${String(FEW)}) AS l`;

const instancesRow = z.object({ ids: z.string(), count: z.number() });

/**
 * Reads in the session's snapshot what leads to the users' refresh tokens: their `user_id` stands only
 * behind the instance id in an index, their session in another. `undefined` if that leads nowhere, as with
 * too many users or instance ids.
 */
export async function readTokenKeys(
  client: Client,
  users: KeySet,
  exists: ProjectKeys['exists'],
): Promise<TokenKeys | undefined> {
  const has = (column: string): boolean => exists('auth.refresh_tokens', column);
  if (!users.isList || !has('instance_id') || !has('session_id')) return undefined;
  const result = await client.query(INSTANCES);
  const { ids, count } = instancesRow.parse(result.rows[0]);
  if (count === FEW) return undefined;
  const statement = `SELECT x.id FROM auth.sessions AS x WHERE ${users.has('x.user_id')}`;
  const sessions = await readKeys(client, { type: 'uuid', statement });
  return { instances: `${literal(ids)}::pg_catalog.uuid[]`, sessions };
}
