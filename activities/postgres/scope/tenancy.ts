import type { BucketTenancy, UserTenancy } from '../../../workflows/domain/tenancy';
import { inlined } from '../configured-query';
import { ident, literal, qualified } from '../identifiers';

/** Whose share a statement yields: one project's, or that of several together. */
export type Owners =
  | { readonly ref: string }
  | {
      /** The projects; `undefined` for whichever there are. */
      readonly refs: readonly string[] | undefined;
      readonly except?: string;
    };

/** Soft-deleted users that carry no ref. */
export interface DeletedUsers {
  /** How many of them no project was found for. */
  readonly lost: number;
  /** Yields `id` and `ref` of the others, each id once; absent if there are none. */
  readonly statement?: string;
}

/** What a uuid looks like to PostgreSQL; any other text is no id of a user or instance. */
export const UUID = '^([0-9a-f]{4}-?){7}[0-9a-f]{4}$';

/** Buckets of one kind. */
export interface BucketKind {
  readonly table: string;
  readonly id: string;
  readonly name: string;
  /** The predicate that a bucket's owner is a user of the claimants; absent if buckets have no owner. */
  readonly owner?: string;
}

/**
 * The statement that yields `id` for each user of the claimants, those of the soft-deleted users that
 * were found to be theirs among them; `undefined` if the rule cannot say it without knowing their
 * refs.
 */
export function usersStatement(
  rule: UserTenancy,
  who: Owners,
  deleted?: DeletedUsers,
): string | undefined {
  const users = 'SELECT u.id FROM auth.users AS u';
  switch (rule.by) {
    case 'app-metadata': {
      const carried = `${users} WHERE ${isTheirs(`u.raw_app_meta_data ->> ${literal(rule.key)}`, who)}`;
      if (deleted?.statement === undefined) return carried;
      return `${carried} UNION ALL SELECT f.id FROM (${deleted.statement}) AS f WHERE ${isTheirs('f.ref', who)}`;
    }
    case 'instance-id': {
      const instances = instancesStatement(rule, who);
      if (instances === undefined)
        return othersAreUnknown(who) ? undefined : `${users} WHERE u.instance_id IS NOT NULL`;
      return `${users} WHERE u.instance_id IN (${instances})`;
    }
    case 'query': {
      const found = forEach(rule.sql, who);
      return found && `${users} WHERE u.id IN (SELECT m.id::uuid FROM (${found}) AS m)`;
    }
    case 'table':
      return `${users} WHERE u.id::text IN (SELECT lower(m.id) FROM (${mapped(rule, rule.user, who)}) AS m (id))`;
    case 'all':
      return othersAreUnknown(who) ? undefined : users;
  }
}

/**
 * The statement that yields the instance ids which stand for the claimants; `undefined` if any id
 * may stand for a project.
 */
export function instancesStatement(
  rule: Extract<UserTenancy, { by: 'instance-id' }>,
  who: Owners,
): string | undefined {
  if (rule.sql !== undefined) {
    const found = forEach(rule.sql, who, 'instance');
    return found && `SELECT m.instance::text::uuid FROM (${found}) AS m`;
  }
  if ('ref' in who) return `SELECT ${literal(who.ref)}::uuid`;
  return who.refs && `SELECT r.ref::uuid FROM ${refsTable(who.refs, who.except)} AS r (ref)`;
}

/**
 * The statement that yields `id` for each bucket of one kind that the rule gives to the claimants;
 * `undefined` if the rule knows no such buckets, or cannot say it without knowing refs.
 */
export function bucketsStatement(
  rule: BucketTenancy,
  buckets: BucketKind,
  who: Owners & { readonly knownRefs: readonly string[] },
): string | undefined {
  const select = `SELECT b.${buckets.id} AS id FROM ${buckets.table} AS b`;
  switch (rule.by) {
    case 'id-prefix':
      return `${select} WHERE ${prefixPredicate(`b.${buckets.name}`, rule.separator, who)}`;
    case 'owner':
      return buckets.owner === undefined ? undefined : `${select} WHERE ${buckets.owner}`;
    case 'query': {
      const found = forEach(rule.sql, who);
      return (
        found && `${select} WHERE b.${buckets.id}::text IN (SELECT m.id::text FROM (${found}) AS m)`
      );
    }
    case 'table':
      return `${select} WHERE b.${buckets.id}::text IN (${mapped(rule, rule.bucket, who)})`;
    case 'all':
      return select;
  }
}

/** All projects but one are asked for, and nothing says which there are. */
function othersAreUnknown(who: Owners): boolean {
  return !('ref' in who) && who.refs === undefined && who.except !== undefined;
}

/** Whether no two projects can claim the same user under the rule, whatever the rows say. */
export function usersAreDisjoint(rule: UserTenancy): boolean {
  return rule.by === 'app-metadata' || (rule.by === 'instance-id' && rule.sql === undefined);
}

function isTheirs(value: string, who: Owners): string {
  if ('ref' in who) return `${value} = ${literal(who.ref)}`;
  const others = who.except === undefined ? '' : ` AND ${value} <> ${literal(who.except)}`;
  if (who.refs === undefined) return `${value} IS NOT NULL${others}`;
  return `${value} = ANY (${list(who.refs)})${others}`;
}

/** The users or buckets that a mapping table gives to the claimants, as text. */
function mapped(
  rule: { readonly table: string; readonly project: string },
  column: string,
  who: Owners,
): string {
  return `SELECT m.${ident(column)}::text FROM ${qualified(rule.table)} AS m
    WHERE ${isTheirs(`m.${ident(rule.project)}::text`, who)}`;
}

/** A bucket is the project's whose ref its id begins with; of several such refs the longest. */
function prefixPredicate(
  id: string,
  separator: string,
  who: Owners & { readonly knownRefs: readonly string[] },
): string {
  if (!('ref' in who)) {
    const longest = longestPrefix(id, separator, who.knownRefs);
    return who.refs === undefined
      ? `${longest} IS NOT NULL`
      : `${longest} = ANY (${list(who.refs)})`;
  }
  const { ref } = who;
  const longer = who.knownRefs.filter(
    (known) => known.length > ref.length && known.startsWith(ref),
  );
  const theirs = longer.map((known) => ` AND NOT ${belongs(id, known, separator)}`);
  return `${belongs(id, ref, separator)}${theirs.join('')}`;
}

/** The longest ref that an id begins with. Each beginning is looked up: there may be thousands of refs. */
export function longestPrefix(id: string, separator: string, refs: readonly string[]): string {
  const parts = `string_to_array(${id}, ${literal(separator)})`;
  return `(SELECT p.ref FROM (SELECT array_to_string((${parts})[1:i], ${literal(separator)}) AS ref
       FROM generate_subscripts(${parts}, 1) AS i) AS p
    WHERE p.ref = ANY (${list(refs)}) ORDER BY length(p.ref) DESC LIMIT 1)`;
}

function belongs(id: string, ref: string, separator: string): string {
  return `(${id} = ${literal(ref)} OR starts_with(${id}, ${literal(ref + separator)}))`;
}

/** Refs in the place of `$1`: under names that no configured statement has for its own tables. */
export const CLAIMANTS = 'moveout_claimants (moveout_ref)';
export const CLAIMANT = 'moveout_claimants.moveout_ref';

/** A configured statement for one project, or for each of several; its one column is called as given. */
function forEach(statement: string, who: Owners, column?: string): string | undefined {
  const as = column === undefined ? '' : ` (${column})`;
  if ('ref' in who) return `SELECT q.* FROM (${inlined(statement, literal(who.ref))}) AS q${as}`;
  if (who.refs === undefined) return undefined;
  return `SELECT q.* FROM ${refsTable(who.refs, who.except)} AS ${CLAIMANTS}
    CROSS JOIN LATERAL (${inlined(statement, CLAIMANT)}) AS q${as}`;
}

function refsTable(refs: readonly string[], except: string | undefined): string {
  return `unnest(${list(refs.filter((ref) => ref !== except))})`;
}

export function list(texts: readonly string[]): string {
  return `ARRAY[${texts.map(literal).join(', ')}]::text[]`;
}
