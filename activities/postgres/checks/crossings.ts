import type { Client } from 'pg';
import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import { readForeignKeys, type ForeignKey } from '../catalog/foreign-keys';
import { NOTHING } from '../catalog/populated';
import { ident, qualified } from '../identifiers';
import { among, type KeySet } from '../scope/keys';
import type { BUCKET_KINDS } from '../scope/project-keys';
import type { ProjectScope, ScopedTable } from '../scope/project-scope';
import { runBatch } from '../session/batch';
import type { Inquiry, Question } from './survey';

/** Rows of a project that refer to rows which are not the project's, by one foreign key. */
export interface Crossing {
  readonly foreignKey: string;
  readonly table: string;
  readonly references: string;
  readonly rows: number;
}

/** A foreign key between two tables of the scope. */
interface KeyCheck {
  readonly key: ForeignKey;
  readonly from: ScopedTable;
  readonly to: ScopedTable;
}

/**
 * Finds rows in scope whose foreign key points at a row out of scope: they could not be loaded. The survey counts
 * the rows that have such a key; if there are any, one anti-join counts those that point outside. A key that the
 * scope proves is not asked for.
 */
export async function crossingsInquiry(
  client: Client,
  extent: Extent,
  scope: ProjectScope,
): Promise<Inquiry<Promise<readonly Crossing[]>>> {
  const checks = await unprovedKeys(client, extent, scope);
  const asked = checks.map((check) => ({ check, question: pointingOf(check) }));
  return {
    questions: asked.map(({ question }) => question),
    conclude: (answers, session) => {
      const pointing = asked.filter(({ question }) => answers(question) !== 0);
      return countCrossings(
        session,
        pointing.map(({ check }) => check),
        scope.keys,
      );
    },
  };
}

/**
 * The same for the keys of one table, and those that point at it, without a survey. The session's snapshot must be the
 * one in which the scope was read.
 */
export async function findCrossings(
  client: Client,
  extent: Extent,
  scope: ProjectScope,
  about: string,
): Promise<readonly Crossing[]> {
  const checks = await unprovedKeys(client, extent, scope);
  return countCrossings(
    client,
    checks.filter(({ key }) => key.table === about || key.references === about),
    scope.keys,
  );
}

async function unprovedKeys(
  client: Client,
  extent: Extent,
  { tables, keys }: ProjectScope,
): Promise<readonly KeyCheck[]> {
  const byName = new Map(tables.map((table) => [table.facts.table, table]));
  return (await readForeignKeys(client, extent)).flatMap((key) => {
    const [from, to] = [byName.get(key.table), byName.get(key.references)];
    if (from === undefined || to === undefined || from.where === NOTHING) return [];
    const check = { key, from, to };
    return isProved(check, keys) ? [] : [check];
  });
}

/** The root tables, by the key sets that are read from them. */
const ROOTS = new Map<string, 'users' | (typeof BUCKET_KINDS)[number]>([
  ['auth.users', 'users'],
  ['storage.buckets', 'buckets'],
  ['storage.buckets_analytics', 'analyticsBuckets'],
  ['storage.buckets_vectors', 'vectorBuckets'],
]);

/**
 * Whether the scope says that each of its rows points at a row in scope, whatever the constraint says of itself: an
 * orphan is in no project's scope.
 */
function isProved({ key, from, to }: KeyCheck, keys: ProjectScope['keys']): boolean {
  const [column, ...more] = key.columns;
  const isOfKeys =
    key.referencedColumns[0] === 'id' && key.operators[0] === 'OPERATOR(pg_catalog.=)';
  if (column === undefined || more.length > 0 || !isOfKeys) return false;
  return isOfRoot(column, { from, to }, keys) || isOfUsersRow(column, { from, to }, keys);
}

/**
 * The rows whose column is in the key set of a root table. Such a set is read from the root table itself, in the same
 * snapshot: it holds the keys of the rows in scope there, and no other.
 */
function isOfRoot(
  column: string,
  { from, to }: Pick<KeyCheck, 'from' | 'to'>,
  keys: ProjectScope['keys'],
): boolean {
  const root = ROOTS.get(to.facts.table);
  return root !== undefined && to.kind === 'root' && from.where === keys[root].has(`t.${column}`);
}

/** The rows that follow rows of the other table that are in scope by their user. */
function isOfUsersRow(
  column: string,
  { from, to }: Pick<KeyCheck, 'from' | 'to'>,
  { users }: ProjectScope['keys'],
): boolean {
  if (to.where !== users.has('t.user_id')) return false;
  const theirs = `SELECT x.id FROM ${to.facts.table} AS x WHERE ${users.has('x.user_id')}`;
  return [`t.${column} IN (${theirs})`, among(`t.${column}`, theirs)].includes(from.where);
}

/** The rows that point anywhere. */
function pointingOf({ key }: KeyCheck): Question {
  const present = key.columns.map((column) => `t.${ident(column)} IS NOT NULL`);
  return { table: key.table, of: present.join(' AND '), by: 'count' };
}

async function countCrossings(
  client: Client,
  checks: readonly KeyCheck[],
  { users }: ProjectScope['keys'],
): Promise<readonly Crossing[]> {
  const results = await runBatch(client, countings(checks, users));
  return checks.flatMap(({ key: { name: foreignKey, table, references } }, i) => {
    const { rows } = crossingRow.parse(results[i]?.rows[0]);
    return rows > 0 ? [{ foreignKey, table, references, rows }] : [];
  });
}

/** Each holds the keys of the project several times: they come into being one by one. */
function* countings(checks: readonly KeyCheck[], users: KeySet): Generator<string> {
  for (const check of checks) yield counting(check, users);
}

const crossingRow = z.object({ rows: z.number() });

/**
 * An anti-join of the rows that have such a key. If the project's keys are many, to choose its rows is the larger part of
 * the work: then those that point outside are found first, among the rows of all projects, and chosen of these.
 */
function counting({ key, from, to }: KeyCheck, users: KeySet): string {
  const present = key.columns.map((column) => `c.${ident(column)} IS NOT NULL`);
  const joined = key.columns.map(
    (column, i) =>
      `t.${ident(key.referencedColumns[i] ?? column)} ${key.operators[i] ?? '='} c.${ident(column)}`,
  );
  const isOutside = `${present.join(' AND ')}
        AND NOT EXISTS (SELECT FROM ${qualified(key.references)} AS t
                         WHERE ${joined.join(' AND ')} AND (${to.where}))`;
  const child = qualified(key.table);
  return users.isList
    ? `SELECT count(*)::int AS rows
         FROM (SELECT * FROM ${child} AS t WHERE (${from.where})) AS c WHERE ${isOutside}`
    : `SELECT count(*)::int AS rows
         FROM (SELECT * FROM ${child} AS c WHERE ${isOutside} OFFSET 0) AS t WHERE (${from.where})`;
}
