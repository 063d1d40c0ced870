import type { Client } from 'pg';
import { z } from 'zod';
import type { TableFacts } from '../catalog/tables';
import { qualified } from '../identifiers';
import { classify } from './classify';
import type { KeySet } from './keys';
import type { ProjectRules } from '../../../workflows/domain/project-rules';
import {
  BUCKET_KINDS,
  bucketRule,
  existence,
  readKeysOf,
  readUsers,
  refsFor,
  type Claimants,
} from './project-keys';
import { scoped, type ProjectScope, type ScopedTable } from './project-scope';
import { tablesWithRows } from '../catalog/populated';
import { sideBySide } from '../session/side-by-side';
import { usersAreDisjoint } from './tenancy';

/** How many of a project's users and buckets another project claims as well. */
export interface Overlap {
  readonly users: number;
  readonly buckets: number;
}

/** Rows of one table that no project claims. */
export interface Unclaimed {
  readonly table: string;
  readonly rows: number;
}

const countRow = z.object({ rows: z.coerce.number() });

/** What two projects claim, if the rules alone say that it is nothing; `undefined` if the rows have to be asked. */
export function overlapByRules({
  tenancy,
  configuredRefs,
  projectRef,
}: ProjectRules): Overlap | undefined {
  const isApart = usersAreDisjoint(tenancy.users) && tenancy.buckets.by === 'id-prefix';
  const isAlone = configuredRefs?.every((ref) => ref === projectRef) === true;
  return isApart || isAlone ? { users: 0, buckets: 0 } : undefined;
}

/** Counts what two projects claim; `undefined` if the other projects are not known. */
export async function findOverlap(
  client: Client,
  scope: ProjectScope,
  project: ProjectRules,
): Promise<Overlap | undefined> {
  const byRules = overlapByRules(project);
  if (byRules !== undefined) return byRules;
  const others = project.configuredRefs?.filter((ref) => ref !== project.projectRef);
  const who = { refs: others, except: project.projectRef };
  const claimants: Claimants = { rules: project, who, exists: scope.keys.exists };
  const { tenancy } = project;
  const theirs = await readUsers(client, { ...claimants, deleted: scope.keys.deleted });
  if (theirs === undefined) return undefined;
  const users = usersAreDisjoint(tenancy.users)
    ? 0
    : await count(client, `auth.users AS t WHERE ${both('t.id', scope.keys.users, theirs)}`);
  return { users, buckets: await sharedBuckets(client, scope, { ...claimants, users: theirs }) };
}

/** What counts the rows that no project claims. */
export interface UnclaimedCounts {
  /** How many users are claimed. */
  readonly users: number;
  /** One for each table, the largest first. */
  readonly statements: ReadonlyMap<string, string>;
}

/** Asks for the rows of each table that no project claims; `undefined` if the rules cannot tell without the refs. */
export async function prepareUnclaimedCounts(
  client: Client,
  tables: readonly TableFacts[],
  project: ProjectRules,
): Promise<UnclaimedCounts | undefined> {
  const who = { refs: project.configuredRefs };
  const keys = await readKeysOf(client, { rules: project, who, exists: existence(tables) });
  if (keys === undefined) return undefined;
  const names = tables.map(({ table }) => table);
  const filled = await tablesWithRows(client, names);
  const sizes = await readHeaps(client, names);
  const asked = scoped(tables, classify(tables, carried(project)), keys)
    .filter(({ kind }) => kind !== 'bookkeeping' && kind !== 'excluded')
    .filter(({ facts }) => filled.has(facts.table));
  const users = keys.users.count;
  const largest = Math.max(0, ...[...sizes.values()].map(({ rows }) => rows));
  const sizeOf = ({ facts }: ScopedTable): Heap => sizes.get(facts.table) ?? { rows: 0, bytes: 0 };
  const largestFirst = [...asked].sort((one, other) => sizeOf(other).bytes - sizeOf(one).bytes);
  const statements = largestFirst.map((table) => {
    const isOneScan = largest <= HASHED_ROWS && sizeOf(table).rows >= users;
    return [table.facts.table, (isOneScan ? inOneScan : inTwo)(table)] as const;
  });
  return { users, statements: new Map(statements) };
}

/** Counts them, side by side on sessions of the snapshot in which they were asked for, leaving out tables without any. */
export async function countUnclaimed(
  sessions: readonly [Client, ...Client[]],
  { statements }: UnclaimedCounts,
): Promise<readonly Unclaimed[]> {
  const counts = await sideBySide(sessions, [...statements], async (client, [table, statement]) => {
    const result = await client.query(statement);
    return { table, rows: countRow.parse(result.rows[0]).rows };
  });
  return counts
    .filter(({ rows }) => rows > 0)
    .sort((one, other) => (one.table < other.table ? -1 : 1));
}

/** Up to so many rows PostgreSQL keeps the keys of a table as a hash in the memory that a session has for one. */
const HASHED_ROWS = 4_000_000;

/**
 * PostgreSQL keeps what the rule compares with as a hash. If that were too large, it would go through all keys for each
 * row; and for a few rows the hash costs more than to look each up.
 */
function inOneScan({ facts, where }: ScopedTable): string {
  return `SELECT (count(*) - count(*) FILTER (WHERE ${where}))::text AS rows FROM ${qualified(facts.table)} AS t`;
}

/** The claimed rows are counted: PostgreSQL joins for that, and would not for the others. */
function inTwo({ facts, where }: ScopedTable): string {
  const table = `${qualified(facts.table)} AS t`;
  return `SELECT ((SELECT count(*) FROM ${table}) - (SELECT count(*) FROM ${table} WHERE ${where}))::text AS rows`;
}

const heapRow = z.object({ table: z.string(), rows: z.coerce.number(), bytes: z.coerce.number() });

type Heap = Pick<z.infer<typeof heapRow>, 'rows' | 'bytes'>;

/** Bytes of a row with one key: its header, its pointer and the key. */
const SMALLEST_ROW = 40;

/** The bytes of tables and their rows by the statistics; without statistics the most that they can hold. */
async function readHeaps(
  client: Client,
  tables: readonly string[],
): Promise<ReadonlyMap<string, Heap>> {
  const result = await client.query(
    `SELECT n.name AS "table", pg_relation_size(c.oid)::text AS bytes,
            (CASE WHEN c.reltuples >= 0 THEN c.reltuples::int8
                  ELSE pg_relation_size(c.oid) / ${String(SMALLEST_ROW)} END)::text AS rows
       FROM unnest($1::text[], $2::text[]) AS n (name, quoted) JOIN pg_class AS c ON c.oid = n.quoted::regclass`,
    [tables, tables.map(qualified)],
  );
  const heaps = z.array(heapRow).parse(result.rows);
  return new Map(heaps.map(({ table, rows, bytes }) => [table, { rows, bytes }]));
}

/** A row that stays behind by configuration has its project all the same. */
function carried({ scopes }: ProjectRules): ProjectRules['scopes'] {
  return { ...scopes, ephemeral: 'carry' };
}

async function sharedBuckets(
  client: Client,
  scope: ProjectScope,
  claimants: Claimants & { readonly users: KeySet },
): Promise<number> {
  if (claimants.rules.tenancy.buckets.by === 'id-prefix') return 0;
  const refs = await refsFor(client, claimants);
  let shared = 0;
  for (const kind of BUCKET_KINDS) {
    const statement = bucketRule(kind, { ...claimants, refs });
    if (statement === undefined) continue;
    shared += await count(client, `(${statement}) AS o WHERE ${scope.keys[kind].has('o.id')}`);
  }
  return shared;
}

function both(expression: string, own: KeySet, others: KeySet): string {
  return `${own.has(expression)} AND ${others.has(expression)}`;
}

async function count(client: Client, from: string): Promise<number> {
  const result = await client.query(`SELECT count(*)::text AS rows FROM ${from}`);
  return countRow.parse(result.rows[0]).rows;
}
