import type { BucketTenancy, UserTenancy } from '../../../workflows/domain/tenancy';
import { literal } from '../identifiers';

/** A tenancy rule applied to one project. */
export interface Claim {
  readonly projectRef: string;
  /** Every ref the studio is known to use, for the longest-prefix rule. */
  readonly knownRefs: readonly string[];
}

/** The statement that yields `id` for each user of the project. */
export function usersStatement(rule: UserTenancy, ref: string): string {
  const users = 'SELECT u.id FROM auth.users AS u';
  switch (rule.by) {
    case 'app-metadata':
      return `${users} WHERE u.raw_app_meta_data ->> ${literal(rule.key)} = ${literal(ref)}`;
    case 'instance-id':
      return `${users} WHERE u.instance_id IN (${instancesStatement(rule, ref)})`;
    case 'query':
      return `${users} WHERE u.id IN (SELECT m.id::uuid FROM (${inlined(rule.sql, ref)}) AS m)`;
    case 'all':
      return users;
  }
}

/** The statement that yields the instance ids which stand for the project. */
export function instancesStatement(
  rule: Extract<UserTenancy, { by: 'instance-id' }>,
  ref: string,
): string {
  if (rule.sql === undefined) return `SELECT ${literal(ref)}::uuid`;
  return `SELECT m.instance::text::uuid FROM (${inlined(rule.sql, ref)}) AS m (instance)`;
}

/** A predicate over a bucket's id (or name) that no rule of another known ref takes precedence over. */
function prefixPredicate(id: string, separator: string, claim: Claim): string {
  const mine = belongs(id, claim.projectRef, separator);
  const longer = claim.knownRefs.filter(
    (ref) => ref.length > claim.projectRef.length && ref.startsWith(claim.projectRef),
  );
  const theirs = longer.map((ref) => ` AND NOT ${belongs(id, ref, separator)}`);
  return `${mine}${theirs.join('')}`;
}

/** The statement that yields `id` for each bucket of one kind that the rule gives to the project. */
export function bucketsStatement(
  rule: BucketTenancy,
  buckets: {
    readonly table: string;
    readonly id: string;
    readonly name: string;
    readonly owner?: string;
  },
  claim: Claim,
): string | undefined {
  const select = `SELECT b.${buckets.id} AS id FROM ${buckets.table} AS b`;
  switch (rule.by) {
    case 'id-prefix':
      return `${select} WHERE ${prefixPredicate(`b.${buckets.name}`, rule.separator, claim)}`;
    case 'owner':
      return buckets.owner === undefined ? undefined : `${select} WHERE ${buckets.owner}`;
    case 'query':
      return `${select} WHERE b.${buckets.id}::text IN (SELECT m.id::text FROM (${inlined(rule.sql, claim.projectRef)}) AS m)`;
    case 'all':
      return select;
  }
}

/** A configured statement with `$1` as an escaped literal: COPY takes no parameters. */
function inlined(statement: string, ref: string): string {
  const bare = statement.trim().replace(/;\s*$/, '');
  // On lines of its own: the statement may end in a comment.
  return `\n${bare.replace(/\$1(?![0-9])/g, () => literal(ref))}\n`;
}

function belongs(id: string, ref: string, separator: string): string {
  return `(${id} = ${literal(ref)} OR starts_with(${id}, ${literal(ref + separator)}))`;
}
