import type { BucketTenancy, Tenancy, UserTenancy } from '../../../workflows/domain/tenancy';
import { inlined } from '../configured-query';
import { ident, literal, qualified } from '../identifiers';
import { CLAIMANT, CLAIMANTS, list, longestPrefix, UUID, type DeletedUsers } from './tenancy';

/** Several projects that are distinguished in one statement. */
export interface Grouping {
  readonly refs: readonly string[];
  /** All refs that could claim a bucket by its prefix; those above among them. */
  readonly knownRefs: readonly string[];
  /**
   * How a configured statement is asked for many projects: joined with the refs as text, which
   * PostgreSQL plans as one, or spelled out once for each, which runs where `$1` is no text.
   */
  readonly form: 'joined' | 'spelled out';
  /** Whether the source's buckets have this column. */
  readonly hasColumn: (column: string) => boolean;
  /** Whether the source has this table. */
  readonly hasTable: (table: string) => boolean;
  /** The soft-deleted users that carry no ref; absent if there are none. */
  readonly deleted?: DeletedUsers | undefined;
}

/**
 * The statement that yields `ref` and `id` for each user of the projects, every pair once; the same
 * users as `usersStatement` gives to each. `ref` is NULL if the rule gives a user to all of them.
 * Cheap for every rule but a `query` (and the `sql` of instance ids) that PostgreSQL cannot join: it
 * is then run once for each project.
 */
export function usersByProject(rule: UserTenancy, grouping: Grouping): string {
  const refs = list(grouping.refs);
  switch (rule.by) {
    case 'app-metadata': {
      const value = `u.raw_app_meta_data ->> ${literal(rule.key)}`;
      const carried = `SELECT ${value} AS ref, u.id FROM auth.users AS u WHERE ${value} = ANY (${refs})`;
      if (grouping.deleted?.statement === undefined) return carried;
      return `${carried} UNION ALL SELECT f.ref, f.id FROM (${grouping.deleted.statement}) AS f
        WHERE f.ref = ANY (${refs})`;
    }
    case 'instance-id':
      return `SELECT DISTINCT p.ref, u.id FROM (${instances(rule, grouping)}) AS p (ref, instance)
        JOIN auth.users AS u ON u.instance_id = p.instance`;
    case 'query':
      return `SELECT DISTINCT p.ref, u.id FROM (${asSubquery(rule.sql, grouping)}) AS p (ref, id)
        JOIN auth.users AS u ON u.id = p.id::uuid`;
    case 'table':
      return `SELECT DISTINCT p.ref, u.id FROM (${mapped(rule, rule.user, refs)}) AS p (ref, id)
        JOIN auth.users AS u ON u.id::text = lower(p.id)`;
    case 'all':
      return `SELECT NULL::text AS ref, u.id FROM auth.users AS u`;
  }
}

/**
 * The statement that yields `ref` and `id` for each bucket of the projects, every pair once; the same
 * buckets as `bucketsStatement` gives to each. `ref` is NULL if the rule gives a bucket to all of
 * them. What is said above of a `query` holds here too.
 */
export function bucketsByProject({ users, buckets }: Tenancy, grouping: Grouping): string {
  const refs = list(grouping.refs);
  switch (buckets.by) {
    case 'id-prefix': {
      const longest = longestPrefix('b.id', buckets.separator, grouping.knownRefs);
      // Kept from being looked up twice by the OFFSET; a bucket of no one has no ref, and is left out.
      return `SELECT p.ref, p.id FROM (SELECT ${longest} AS ref, b.id FROM storage.buckets AS b OFFSET 0) AS p
        WHERE p.ref = ANY (${refs})`;
    }
    case 'owner':
      return owned(usersByProject(users, grouping), grouping);
    case 'query':
      return `SELECT DISTINCT p.ref, b.id FROM (${asSubquery(buckets.sql, grouping)}) AS p (ref, id)
        JOIN storage.buckets AS b ON b.id::text = p.id::text`;
    case 'table':
      return `SELECT DISTINCT p.ref, b.id FROM (${mapped(buckets, buckets.bucket, refs)}) AS p (ref, id)
        JOIN storage.buckets AS b ON b.id::text = p.id`;
    case 'all':
      return `SELECT NULL::text AS ref, b.id FROM storage.buckets AS b`;
  }
}

function instances(
  { sql }: Extract<UserTenancy, { by: 'instance-id' }>,
  grouping: Grouping,
): string {
  if (sql === undefined) {
    return `SELECT r.ref, CASE WHEN r.ref ~ ${literal(UUID)} THEN r.ref::uuid END
      FROM unnest(${list(grouping.refs)}) AS r (ref)`;
  }
  return `SELECT i.ref, i.instance::text::uuid
    FROM (${asSubquery(sql, grouping, 'instance')}) AS i (ref, instance)`;
}

/** The buckets whose owner is one of the users that a statement yields with their refs. */
function owned(users: string, { hasColumn }: Grouping): string {
  const keys = [
    ...(hasColumn('owner_id') ? ['u.id::text = b.owner_id'] : []),
    ...(hasColumn('owner') ? ['u.id = b.owner'] : []),
  ];
  const found = keys.map(
    (key) => `SELECT u.ref, b.id FROM members AS u JOIN storage.buckets AS b ON ${key}`,
  );
  const none = 'SELECT NULL::text AS ref, b.id FROM storage.buckets AS b WHERE false';
  return `WITH members AS MATERIALIZED (${users}) ${[none, ...found].join(' UNION ')}`;
}

/** Pairs of ref and what a configured statement yields for it; its one column is called as given. */
function asSubquery(sql: string, { refs, form }: Grouping, column?: string): string {
  const as = column === undefined ? '' : ` (${column})`;
  const id = `q.${column ?? 'id'}`;
  if (form === 'joined') {
    return `SELECT ${CLAIMANT} AS ref, ${id} FROM unnest(${list(refs)}) AS ${CLAIMANTS}
      CROSS JOIN LATERAL (${inlined(sql, CLAIMANT)}) AS q${as}`;
  }
  return refs
    .map((ref) => {
      const name = literal(ref);
      return `SELECT ${name}::text AS ref, ${id} FROM (${inlined(sql, name)}) AS q${as}`;
    })
    .join(' UNION ALL ');
}

/** Pairs of ref and user or bucket, as text, out of a mapping table. */
function mapped(
  rule: Extract<UserTenancy | BucketTenancy, { by: 'table' }>,
  column: string,
  refs: string,
): string {
  const ref = `m.${ident(rule.project)}::text`;
  return `SELECT ${ref}, m.${ident(column)}::text FROM ${qualified(rule.table)} AS m
    WHERE ${ref} = ANY (${refs})`;
}
