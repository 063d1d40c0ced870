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
import { scoped, type ProjectScope } from './project-scope';
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
