import type { Client } from 'pg';
import { z } from 'zod';
import { NIL_UUID } from '../../../workflows/domain/names';
import type { Rules } from '../../../workflows/domain/project-rules';
import type { TableFacts } from '../catalog/tables';
import { literal } from '../identifiers';
import { SEARCH_PUBLIC } from '../session/settings';
import { naming } from '../errors/classify';
import { readDeletedUsers } from './deleted-users';
import {
  keySet,
  LARGEST_LIST,
  NO_KEYS,
  readKeys,
  readKeySets,
  readSharedKeys,
  readTokenKeys,
  type KeyRule,
  type KeySet,
} from './keys';
import { knownRefs } from './known-refs';
import type { ProjectKeys } from './rules';
import { isTheirs, onlyRef, type Owners } from './membership';
import {
  bucketsStatement,
  instancesStatement,
  isUserOf,
  usersStatement,
  type BucketKind,
} from './tenancy';

const KINDS_OF_BUCKETS = {
  buckets: { table: 'storage.buckets', id: 'id', name: 'id', type: 'text' },
  analyticsBuckets: { table: 'storage.buckets_analytics', id: 'id', name: 'name', type: 'uuid' },
  vectorBuckets: { table: 'storage.buckets_vectors', id: 'id', name: 'id', type: 'text' },
} as const;

/** The kinds of buckets that a tenancy tells apart. */
export const BUCKET_KINDS = ['buckets', 'analyticsBuckets', 'vectorBuckets'] as const;
export type KindOfBuckets = (typeof BUCKET_KINDS)[number];

/** The projects whose keys are read, under one tenancy in the session's snapshot. */
export interface Claimants {
  readonly rules: Pick<Rules, 'tenancy' | 'configuredRefs'>;
  readonly who: Owners;
  readonly exists: ProjectKeys['exists'];
}

/**
 * Evaluates the tenancy for one project, or for several together, in the session's snapshot. The
 * caller's transaction must be the one that reads the rows, or the two may disagree. `undefined` if
 * the rules cannot tell whose is whose without knowing the refs.
 */
export async function readKeysOf(
  client: Client,
  claimants: Claimants,
): Promise<ProjectKeys | undefined> {
  await addPublicToSearchPath(client);
  const found =
    (await readUsersByRef(client, claimants)) ?? (await lookForUsers(client, claimants));
  if (found === undefined) return undefined;
  const { users, deleted } = found;
  const refs = await refsFor(client, { ...claimants, longerRefs: found.longerRefs });
  const ruleOf = (kind: KindOfBuckets): KeyRule | undefined => {
    const statement = bucketRule(kind, { ...claimants, users, refs });
    const { type } = kindOf(kind, claimants.exists);
    return statement === undefined ? undefined : { type, statement, ...listsOf(claimants.who) };
  };
  const [buckets = NO_KEYS, analyticsBuckets = NO_KEYS, vectorBuckets = NO_KEYS] = await naming(
    'tenancy.buckets',
    () => readKeySets(client, BUCKET_KINDS.map(ruleOf)),
  );
  return {
    ...{ users, deleted },
    instances: await instancesOf(client, claimants),
    ...{ buckets, analyticsBuckets, vectorBuckets },
    ...(await readSharedKeys(client, found, claimants.exists)),
    tokens: await readTokenKeys(client, users, claimants.exists),
    exists: claimants.exists,
  };
}

/** The users of the owners, those among them that are soft-deleted, and what the same scan tells besides. */
interface FoundUsers extends Pick<ProjectKeys, 'users' | 'deleted'> {
  readonly instanceRows?: KeySet;
  /** The refs that begin with the ref of the one owner. */
  readonly longerRefs?: readonly string[] | undefined;
}

async function lookForUsers(client: Client, claimants: Claimants): Promise<FoundUsers | undefined> {
  const deleted = await readDeletedUsers(client, claimants.rules, claimants.exists);
  const users = await readUsers(client, { ...claimants, deleted });
  return users && { users, deleted };
}

const byRefRow = z.object({
  count: z.coerce.number(),
  list: z.string().nullable(),
  hasLost: z.boolean(),
  hasNil: z.boolean(),
  hasOthers: z.boolean(),
  longerRefs: z.array(z.string()),
});

/**
 * The users that carry the owners' ref, by one scan of `auth.users`, with the instance ids that they name if it
 * is the usual one, and the refs that could be taken for the owner's. `undefined` if the tenancy does not go by
 * metadata, or a soft-deleted user has lost its ref: then more than the users has to be read.
 */
async function readUsersByRef(
  client: Client,
  { rules, who, exists }: Claimants,
): Promise<FoundUsers | undefined> {
  const { users: rule } = rules.tenancy;
  const statement = usersStatement(rule, who);
  if (rule.by !== 'app-metadata' || statement === undefined) return undefined;
  const { largestList = LARGEST_LIST } = listsOf(who);
  const only = onlyRef(who);
  const isLonger =
    only === undefined ? 'false' : `starts_with(u.ref, ${literal(only)}) AND NOT u.theirs`;
  const result = await client.query(
    `SELECT count(*) FILTER (WHERE u.theirs)::text AS count,
            CASE WHEN count(*) FILTER (WHERE u.theirs) <= ${String(largestList)}
                 THEN coalesce(array_agg(u.id) FILTER (WHERE u.theirs), '{}')::text END AS list,
            coalesce(bool_or(u.deleted AND u.ref IS NULL), false) AS "hasLost",
            coalesce(bool_or(u.theirs AND u.instance_id = ${NIL}), false) AS "hasNil",
            coalesce(bool_or(u.theirs AND u.instance_id <> ${NIL}), false) AS "hasOthers",
            coalesce(array_agg(DISTINCT u.ref) FILTER (WHERE ${isLonger}), '{}') AS "longerRefs"
       FROM (SELECT r.*, ${isTheirs('r.ref', who)} AS theirs
               FROM (SELECT m.id, m.instance_id, m.raw_app_meta_data ->> ${literal(rule.key)} AS ref,
                            ${exists('auth.users', 'deleted_at') ? 'm.deleted_at IS NOT NULL' : 'false'} AS deleted
                       FROM auth.users AS m OFFSET 0) AS r) AS u`,
  );
  const { hasLost, hasNil, hasOthers, longerRefs, ...found } = byRefRow.parse(result.rows[0]);
  if (hasLost) return undefined;
  const ofRow = (alias: string): string => isUserOf(rule, who, { alias }) ?? 'false';
  const users = keySet({ type: 'uuid', statement, hasRow: ofRow }, found);
  const nil = keySet({ type: 'uuid', statement: '' }, { count: 1, list: `{${NIL_UUID}}` });
  return {
    users,
    ...(!hasOthers && { instanceRows: hasNil ? nil : NO_KEYS }),
    ...(only !== undefined && { longerRefs }),
  };
}

const NIL = `${literal(NIL_UUID)}::uuid`;

/** The users that the tenancy gives to the owners; `undefined` where it cannot tell. */
export async function readUsers(
  client: Client,
  { rules, who, deleted }: Claimants & Pick<ProjectKeys, 'deleted'>,
): Promise<KeySet | undefined> {
  const { users } = rules.tenancy;
  const statement = usersStatement(users, who, deleted);
  if (statement === undefined) return undefined;
  const hasRow = (alias: string): string => isUserOf(users, who, { alias, deleted }) ?? 'false';
  return naming('tenancy.users', () =>
    readKeys(client, { type: 'uuid', statement, hasRow, ...listsOf(who) }),
  );
}

/** The keys of one project may be a list; those of all are too many to be repeated in each statement. */
function listsOf(who: Owners): Pick<KeyRule, 'largestList'> {
  return onlyRef(who) === undefined ? { largestList: 0 } : {};
}

interface BucketClaimants extends Claimants {
  readonly users: KeySet;
  readonly refs: readonly string[];
}

/** The statement that yields the buckets of one kind; `undefined` if there are none to tell. */
export function bucketRule(
  kind: KindOfBuckets,
  { rules, who, exists, users, refs }: BucketClaimants,
): string | undefined {
  const buckets: BucketKind = kindOf(kind, exists);
  if (!exists(buckets.table)) return undefined;
  const hasOwner = (column: string): boolean => exists(buckets.table, column);
  const owned = { ...buckets, ...(kind === 'buckets' && { hasOwner }), knownRefs: refs };
  return bucketsStatement(rules.tenancy.buckets, owned, { ...who, users });
}

/** Until Storage's migration 0048 an analytics bucket's name was its key. */
function kindOf(
  kind: KindOfBuckets,
  exists: ProjectKeys['exists'],
): BucketKind & Pick<KeyRule, 'type'> {
  const found = KINDS_OF_BUCKETS[kind];
  if (exists(found.table, found.name)) return found;
  return { ...found, name: found.id, type: 'text' };
}

/** The refs that matter to the owners' buckets; those that users carry are not looked for if they are known. */
export async function refsFor(
  client: Client,
  { rules, who, longerRefs }: Claimants & Pick<FoundUsers, 'longerRefs'>,
): Promise<readonly string[]> {
  const isByPrefix = rules.tenancy.buckets.by === 'id-prefix';
  if (isByPrefix && longerRefs !== undefined)
    return [...(rules.configuredRefs ?? []), ...longerRefs];
  return knownRefs(client, { ...rules, beginning: onlyRef(who) });
}

/** What the source has, from its catalog. */
export function existence(tables: readonly TableFacts[]): ProjectKeys['exists'] {
  const columns = new Map(
    tables.map((facts) => [facts.table, new Set(facts.columns.map((column) => column.name))]),
  );
  return (table, column) => {
    const known = columns.get(table);
    return known !== undefined && (column === undefined || known.has(column));
  };
}

/** Configured statements may name tables of `public` without their schema. */
export async function addPublicToSearchPath(client: Client): Promise<void> {
  await client.query(SEARCH_PUBLIC);
}

async function instancesOf(client: Client, { rules, who }: Claimants): Promise<KeySet> {
  const { users } = rules.tenancy;
  if (users.by !== 'instance-id') return NO_KEYS;
  const instances =
    instancesStatement(users, who) ??
    'SELECT x.instance_id FROM auth.users AS x WHERE x.instance_id IS NOT NULL GROUP BY 1';
  const statement = `SELECT i.id FROM (${instances}) AS i (id)`;
  return naming('tenancy.users', () => readKeys(client, { type: 'uuid', statement }));
}
