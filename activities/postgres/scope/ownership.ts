import type { Client } from 'pg';
import { z } from 'zod';
import type { TableFacts } from '../catalog/tables';
import { qualified, ident } from '../identifiers';
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
import { usersAreDisjoint } from './tenancy';
import type { Extent } from '../../../workflows/domain/extent';
import { readForeignKeys, type ForeignKey } from '../catalog/foreign-keys';
import { NOTHING } from '../catalog/populated';
import { runBatch } from '../session/batch';

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

/** Counts what two projects claim; `undefined` if the other projects are not known. */
export async function findOverlap(
  client: Client,
  scope: ProjectScope,
  project: ProjectRules,
): Promise<Overlap | undefined> {
  const others = project.configuredRefs?.filter((ref) => ref !== project.projectRef);
  const who = { refs: others, except: project.projectRef };
  const claimants: Claimants = { rules: project, who, exists: scope.keys.exists };
  const { tenancy } = project;
  if (usersAreDisjoint(tenancy.users) && tenancy.buckets.by === 'id-prefix')
    return { users: 0, buckets: 0 };
  if (others?.length === 0) return { users: 0, buckets: 0 };
  const theirs = await readUsers(client, { ...claimants, deleted: scope.keys.deleted });
  if (theirs === undefined) return undefined;
  const users = usersAreDisjoint(tenancy.users)
    ? 0
    : await count(client, `auth.users AS t WHERE ${both('t.id', scope.keys.users, theirs)}`);
  return { users, buckets: await sharedBuckets(client, scope, { ...claimants, users: theirs }) };
}

/**
 * Counts the rows of each table that no project claims, leaving out tables if there are none;
 * `undefined` if the rules cannot tell without knowing the refs.
 */
export async function findUnclaimed(
  client: Client,
  tables: readonly TableFacts[],
  project: ProjectRules,
): Promise<readonly Unclaimed[] | undefined> {
  const who = { refs: project.configuredRefs };
  const keys = await readKeysOf(client, { rules: project, who, exists: existence(tables) });
  if (keys === undefined) return undefined;
  const found: Unclaimed[] = [];
  for (const { facts, kind, where } of scoped(tables, classify(tables, carried(project)), keys)) {
    if (kind === 'bookkeeping' || kind === 'excluded') continue;
    const all = await count(client, `${qualified(facts.table)} AS t`);
    // The claimed ones are counted: PostgreSQL joins for that, and would not for the others.
    const rows = all - (await count(client, `${qualified(facts.table)} AS t WHERE ${where}`));
    if (rows > 0) found.push({ table: facts.table, rows });
  }
  return found;
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

/** Rows of a project that refer to rows which are not the project's, by one foreign key. */
export interface Crossing {
  readonly foreignKey: string;
  readonly table: string;
  readonly references: string;
  readonly rows: number;
}

/**
 * Finds rows in scope whose foreign key points at a row out of scope: they could not be loaded. The
 * session's snapshot must be the one in which the scope was read. With `about` only the keys of that
 * table, and those that point at it.
 */
export async function findCrossings(
  client: Client,
  extent: Extent,
  scope: ProjectScope,
  about?: string,
): Promise<readonly Crossing[]> {
  const tables = new Map(scope.tables.map((table) => [table.facts.table, table]));
  const checks = (await readForeignKeys(client, extent)).flatMap((key) => {
    const [from, to] = [tables.get(key.table), tables.get(key.references)];
    if (from === undefined || to === undefined || from.where === NOTHING) return [];
    if (about !== undefined && key.table !== about && key.references !== about) return [];
    return [{ key, from, to }];
  });
  const results = await runBatch(client, countings(checks));
  return checks.flatMap(({ key: { name: foreignKey, table, references } }, i) => {
    const { rows } = crossingRow.parse(results[i]?.rows[0]);
    return rows > 0 ? [{ foreignKey, table, references, rows }] : [];
  });
}

interface KeyCheck {
  readonly key: ForeignKey;
  readonly from: ScopedTable;
  readonly to: ScopedTable;
}

/** Each holds the keys of the project several times: they come into being one by one. */
function* countings(checks: readonly KeyCheck[]): Generator<string> {
  for (const { key, from, to } of checks) yield counting(key, { from, to });
}

const crossingRow = z.object({ rows: z.number() });

function counting(key: ForeignKey, { from, to }: Pick<KeyCheck, 'from' | 'to'>): string {
  const present = key.columns.map((column) => `c.${ident(column)} IS NOT NULL`);
  const joined = key.columns.map(
    (column, i) =>
      `t.${ident(key.referencedColumns[i] ?? column)} ${key.operators[i] ?? '='} c.${ident(column)}`,
  );
  return `SELECT count(*)::int AS rows
       FROM (SELECT * FROM ${qualified(key.table)} AS t WHERE ${from.where}) AS c
      WHERE ${present.join(' AND ')}
        AND NOT EXISTS (SELECT FROM ${qualified(key.references)} AS t
                         WHERE ${joined.join(' AND ')} AND ${to.where})`;
}
