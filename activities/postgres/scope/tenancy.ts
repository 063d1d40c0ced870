import type { BucketTenancy, Tenancy, UserTenancy } from '../../../workflows/domain/tenancy';
import { ident, literal, qualified } from '../identifiers';
import {
  queryPairs,
  idsByProject,
  idsOf,
  isOwners,
  isTheirs,
  list,
  onlyRef,
  othersAreUnknown,
  type Owners,
  type Membership,
  type RowsWithRef,
  type UserTest,
} from './membership';

/** Soft-deleted users that carry no ref. */
export interface DeletedUsers {
  /** How many of them no project was found for. */
  readonly lost: number;
  /** Yields `id` and `ref` of the others, each id once; absent if there are none. */
  readonly statement?: string;
}

/** Buckets of one kind. */
export interface BucketKind {
  readonly table: string;
  readonly id: string;
  readonly name: string;
  /** Which of the columns that may name a bucket's owner the table has; absent if these buckets have no owner. */
  readonly hasOwner?: (column: string) => boolean;
}

/** Buckets, and all refs that could claim one of them by its prefix: those of the owners among them. */
export interface PrefixedBuckets extends BucketKind {
  readonly knownRefs: readonly string[];
}

/**
 * The statement that yields `id` for each user of the owners, those of the soft-deleted users that
 * were found to be theirs among them; `undefined` if the rule cannot say it without knowing their refs.
 */
export function usersStatement(
  rule: UserTenancy,
  who: Owners,
  deleted?: DeletedUsers,
): string | undefined {
  if (rule.by === 'all' && othersAreUnknown(who)) return undefined;
  return idsOf(userMembership(rule, { who, deleted }), who);
}

/** The same as a predicate over a row of `auth.users`, by its alias. */
export function isUserOf(
  rule: UserTenancy,
  who: Owners,
  { alias, deleted }: { readonly alias: string; readonly deleted?: DeletedUsers | undefined },
): string | undefined {
  if (rule.by === 'all' && othersAreUnknown(who)) return undefined;
  return isOwners(userMembership(rule, { who, deleted, alias }), who);
}

/**
 * The statement that yields `ref` and `id` for each user of the owners, every pair once. `ref` is NULL
 * if the rule gives a user to all of them. Cheap for every rule but a configured statement that
 * PostgreSQL cannot join: it is then run once for each project.
 */
export function usersByProject(
  rule: UserTenancy,
  who: Owners,
  deleted: DeletedUsers | undefined,
): string {
  return idsByProject(userMembership(rule, { who, deleted }), who);
}

/**
 * The statement that yields `id` for each bucket of one kind that the rule gives to the owners, whose
 * users are tested by `users`; `undefined` if the rule knows no such buckets, or cannot say it without
 * knowing refs.
 */
export function bucketsStatement(
  rule: BucketTenancy,
  buckets: PrefixedBuckets,
  who: Owners & { readonly users: UserTest },
): string | undefined {
  const member = bucketMembership(rule, buckets, who);
  return member && idsOf(member, who, who.users);
}

/** As `usersByProject`, for the buckets of stock Storage. */
export function bucketsByProject(
  tenancy: Tenancy,
  who: Owners & {
    readonly knownRefs: readonly string[];
    readonly hasColumn: (column: string) => boolean;
    readonly deleted?: DeletedUsers | undefined;
  },
): string {
  const { knownRefs, hasColumn: hasOwner } = who;
  const buckets = { table: 'storage.buckets', id: 'id', name: 'id', hasOwner, knownRefs };
  const member = bucketMembership(tenancy.buckets, buckets, who);
  if (member === undefined) return 'SELECT NULL::text AS ref, NULL::text AS id WHERE false';
  return idsByProject(member, who, usersByProject(tenancy.users, who, who.deleted));
}

/** Whether no two projects can claim the same user under the rule, whatever the rows say. */
export function usersAreDisjoint(rule: UserTenancy): boolean {
  return rule.by === 'app-metadata' || (rule.by === 'instance-id' && rule.sql === undefined);
}

/** The definition of which users are whose. */
function userMembership(
  rule: UserTenancy,
  {
    who,
    deleted,
    alias: u = 'u',
  }: {
    readonly who: Owners;
    readonly deleted?: DeletedUsers | undefined;
    readonly alias?: string;
  },
): Membership {
  const [from, id] = [`auth.users AS ${u}`, `${u}.id`];
  switch (rule.by) {
    case 'app-metadata': {
      const carried = { from, id, ref: `${u}.raw_app_meta_data ->> ${literal(rule.key)}` };
      if (deleted?.statement === undefined) return { by: 'ref', rows: [carried] };
      const found = { from: `(${deleted.statement}) AS f`, id: 'f.id', ref: 'f.ref' };
      return { by: 'ref', rows: [carried, found] };
    }
    case 'instance-id': {
      const [key, whenAnybodys] = [`${u}.instance_id`, `${u}.instance_id IS NOT NULL`];
      return { by: 'pairs', from, id, key, pairs: instancePairs(rule, who), whenAnybodys };
    }
    case 'query': {
      const pairs = queryPairs(rule.sql, who, { key: 'q.id::uuid' });
      return { by: 'pairs', from, id, key: id, pairs };
    }
    case 'table': {
      const pairs = mappedPairs(rule, who, `lower(m.${ident(rule.user)}::text)`);
      return { by: 'pairs', from, id, key: `${u}.id::text`, pairs };
    }
    case 'all':
      return { by: 'everybody', from, id };
  }
}

/** The definition of which buckets of one kind are whose; `undefined` if the rule knows no such buckets. */
function bucketMembership(
  rule: BucketTenancy,
  buckets: PrefixedBuckets,
  who: Owners,
): Membership | undefined {
  const [from, id] = [`${buckets.table} AS b`, `b.${buckets.id}`];
  switch (rule.by) {
    case 'id-prefix':
      return { by: 'ref', rows: [prefixed(rule.separator, buckets, who)] };
    case 'owner': {
      const { hasOwner } = buckets;
      if (hasOwner === undefined) return undefined;
      const owners = (users: UserTest): readonly string[] => [
        ...(hasOwner('owner_id') ? [users.hasText('b.owner_id')] : []),
        ...(hasOwner('owner') ? [users.has('b.owner')] : []),
      ];
      return { by: 'owner', from, id, owners };
    }
    case 'query': {
      const pairs = queryPairs(rule.sql, who, { key: 'q.id::text' });
      return { by: 'pairs', from, id, key: `${id}::text`, pairs };
    }
    case 'table': {
      const pairs = mappedPairs(rule, who, `m.${ident(rule.bucket)}::text`);
      return { by: 'pairs', from, id, key: `${id}::text`, pairs };
    }
    case 'all':
      return { by: 'everybody', from, id };
  }
}

/** The statement that yields the instance ids which stand for the owners; `undefined` if any id may. */
export function instancesStatement(
  rule: Extract<UserTenancy, { by: 'instance-id' }>,
  who: Owners,
): string | undefined {
  const pairs = instancePairs(rule, who);
  return pairs && `SELECT p.key FROM (${pairs}) AS p`;
}

/** What a uuid looks like to PostgreSQL; any other text is no id of a user or instance. */
export const UUID = '^([0-9a-f]{4}-?){7}[0-9a-f]{4}$';

/**
 * Pairs of ref and instance id. Of several projects one whose ref is no uuid has no users; a single one
 * is refused by PostgreSQL, since its configuration is wrong.
 */
function instancePairs(
  { sql }: Extract<UserTenancy, { by: 'instance-id' }>,
  who: Owners,
): string | undefined {
  if (sql !== undefined)
    return queryPairs(sql, who, { key: 'q.instance::text::uuid', names: '(instance)' });
  const only = onlyRef(who);
  if (only !== undefined)
    return `SELECT ${literal(only)}::text AS ref, ${literal(only)}::uuid AS key`;
  const ids = who.refs?.filter((ref) => new RegExp(UUID, 'u').test(ref));
  return ids && `SELECT r.ref, r.ref::uuid AS key FROM unnest(${list(ids)}) AS r (ref)`;
}

/** Pairs of ref and key out of a mapping table. */
function mappedPairs(
  rule: { readonly table: string; readonly project: string },
  who: Owners,
  key: string,
): string {
  const ref = `m.${ident(rule.project)}::text`;
  return `SELECT ${ref} AS ref, ${key} AS key FROM ${qualified(rule.table)} AS m WHERE ${isTheirs(ref, who)}`;
}

/** Buckets with the ref that their name begins with. For one project PostgreSQL looks at no name that begins otherwise. */
function prefixed(
  separator: string,
  { table, id, name, knownRefs }: PrefixedBuckets,
  who: Owners,
): RowsWithRef {
  const only = onlyRef(who);
  const [refs, where] =
    only === undefined
      ? [knownRefs, '']
      : [
          [only, ...knownRefs.filter((ref) => ref.startsWith(only))],
          ` WHERE starts_with(b.${name}, ${literal(only)})`,
        ];
  const ref = longestPrefix(`b.${name}`, separator, refs);
  // OFFSET 0: PostgreSQL would look the ref up again wherever it is used.
  const from = `(SELECT ${ref} AS ref, b.${id} AS id FROM ${table} AS b${where} OFFSET 0) AS b`;
  return { from, ref: 'b.ref', id: 'b.id' };
}

/**
 * The longest ref that is a name or stands in it before the separator. Each beginning that is as long as
 * some ref is looked up: there may be thousands of refs, but few lengths.
 */
function longestPrefix(name: string, separator: string, refs: readonly string[]): string {
  const lengths = [...new Set(refs.map((ref) => Array.from(ref).length))];
  return `(SELECT left(${name}, l.n) FROM unnest(ARRAY[${lengths.join(', ')}]::int[]) AS l (n)
    WHERE left(${name}, l.n) = ANY (${list(refs)})
      AND (length(${name}) = l.n OR starts_with(substr(${name}, l.n + 1), ${literal(separator)}))
    ORDER BY l.n DESC LIMIT 1)`;
}
