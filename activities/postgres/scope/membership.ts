import { inlined } from '../configured-query';
import { literal } from '../identifiers';
import type { KeySet } from './keys';

/** The projects whose rows are asked for; a single project is one ref. */
export interface Owners {
  /** `undefined`: every project that there is. */
  readonly refs: readonly string[] | undefined;
  /** The project that is not meant, if `refs` does not say which are. */
  readonly except?: string;
  /**
   * How a configured statement is asked for several projects: joined with the refs as text, which
   * PostgreSQL plans as one, or spelled out once for each, which runs where `$1` is no text. For one
   * project it is always spelled out.
   */
  readonly form?: 'joined' | 'spelled out';
}

/** Rows that carry the ref of their project. */
export interface RowsWithRef {
  readonly from: string;
  readonly ref: string;
  readonly id: string;
}

/** Tests whether an expression, of type uuid or text, is the id of a user. */
export type UserTest = Pick<KeySet, 'has' | 'hasText'>;

/**
 * Which rows are whose under one rule of the tenancy. A rule is defined once, as one of these kinds, and
 * read in two ways: `idsOf` for the owners together, `idsByProject` for each of them.
 */
export type Membership =
  /** The rows carry the ref; of some it is found elsewhere. */
  | { readonly by: 'ref'; readonly rows: readonly [RowsWithRef, ...RowsWithRef[]] }
  /** A row belongs to each project that is paired with its key. */
  | {
      readonly by: 'pairs';
      readonly from: string;
      readonly id: string;
      readonly key: string;
      /** Yields `ref` and `key` for the owners; `undefined` if their refs must be known first. */
      readonly pairs: string | undefined;
      /** The predicate for all projects together, if that needs no refs. */
      readonly whenAnybodys?: string;
    }
  /** A row belongs to the projects of the user who owns it. */
  | {
      readonly by: 'owner';
      readonly from: string;
      readonly id: string;
      /** Predicates over the row; one that holds is enough. */
      readonly owners: (users: UserTest) => readonly string[];
    }
  /** A row belongs to every project. */
  | { readonly by: 'everybody'; readonly from: string; readonly id: string };

/**
 * The statement that yields `id` for each row of the owners, once; `undefined` if the rule cannot say
 * it without refs. `users` are the owners' users, for rows that go by their owner.
 */
export function idsOf(member: Membership, who: Owners, users?: UserTest): string | undefined {
  if (member.by === 'ref') {
    // Each may have an index of its own, which an OR would not use.
    return member.rows
      .map(({ from, ref, id }) => `SELECT ${id} AS id FROM ${from} WHERE ${isTheirs(ref, who)}`)
      .join(' UNION ALL ');
  }
  const theirs = isOwners(member, who, users);
  return theirs && `SELECT ${member.id} AS id FROM ${member.from} WHERE ${theirs}`;
}

/** The same as a predicate over the rows that the rule is about. */
export function isOwners(member: Membership, who: Owners, users?: UserTest): string | undefined {
  switch (member.by) {
    case 'ref': {
      const [own, ...named] = member.rows;
      const found = named.map(
        ({ from, ref, id }) =>
          `${own.id} IN (SELECT ${id} FROM ${from} WHERE ${isTheirs(ref, who)})`,
      );
      return `(${[isTheirs(own.ref, who), ...found].join(' OR ')})`;
    }
    case 'pairs':
      if (member.pairs !== undefined)
        return `${member.key} IN (SELECT p.key FROM (${member.pairs}) AS p)`;
      return othersAreUnknown(who) ? undefined : member.whenAnybodys;
    case 'owner':
      return `(${['false', ...(users === undefined ? [] : member.owners(users))].join(' OR ')})`;
    case 'everybody':
      return 'true';
  }
}

/**
 * The statement that yields `ref` and `id` for each row of each owner, every pair once; `ref` is NULL
 * for a row of all of them. `users` is such a statement for users, for rows that go by their owner.
 */
export function idsByProject(member: Membership, who: Owners, users = ''): string {
  switch (member.by) {
    case 'ref':
      return member.rows
        .map(
          ({ from, ref, id }) =>
            `SELECT ${ref} AS ref, ${id} AS id FROM ${from} WHERE ${isTheirs(ref, who)}`,
        )
        .join(' UNION ALL ');
    case 'pairs': {
      const none = `SELECT NULL::text AS ref, ${member.key} AS key FROM ${member.from} WHERE false`;
      return `SELECT DISTINCT p.ref, ${member.id} AS id FROM (${member.pairs ?? none}) AS p
        JOIN ${member.from} ON ${member.key} = p.key`;
    }
    case 'owner': {
      const joined = member
        .owners({ has: (id) => `m.id = ${id}`, hasText: (id) => `m.id::text = ${id}` })
        .map(
          (on) => `SELECT m.ref, ${member.id} AS id FROM members AS m JOIN ${member.from} ON ${on}`,
        );
      const none = `SELECT NULL::text AS ref, ${member.id} AS id FROM ${member.from} WHERE false`;
      return `WITH members AS MATERIALIZED (${users}) ${[none, ...joined].join(' UNION ')}`;
    }
    case 'everybody':
      return `SELECT NULL::text AS ref, ${member.id} AS id FROM ${member.from}`;
  }
}

/** The predicate that a ref is one of the owners'. */
export function isTheirs(ref: string, who: Owners): string {
  const { refs, except } = who;
  const only = onlyRef(who);
  if (only !== undefined) return `${ref} = ${literal(only)}`;
  if (refs !== undefined) return `${ref} = ANY (${list(refs)})`;
  return `${ref} IS NOT NULL${except === undefined ? '' : ` AND ${ref} <> ${literal(except)}`}`;
}

/** The ref, if the owners are one project. */
export function onlyRef({ refs }: Owners): string | undefined {
  return refs?.length === 1 ? refs[0] : undefined;
}

/** Whether all projects but one are meant, and nothing says which there are. */
export function othersAreUnknown({ refs, except }: Owners): boolean {
  return refs === undefined && except !== undefined;
}

/**
 * Pairs of `ref` and `key` by a configured statement with one column, which stands for each ref's `$1`.
 * `key` is the SQL of the key over the statement `q`, `names` the column list of `q`.
 */
export function queryPairs(
  sql: string,
  { refs, form }: Owners,
  { key, names = '' }: { readonly key: string; readonly names?: string },
): string | undefined {
  if (refs === undefined) return undefined;
  const select = (ref: string): string => `SELECT ${ref} AS ref, ${key} AS key`;
  const subquery = (ref: string): string => `(${inlined(sql, ref)}) AS q ${names}`;
  if (refs.length !== 1 && form !== 'spelled out')
    return `${select(OWNER)} FROM unnest(${list(refs)}) AS ${OWNERS} CROSS JOIN LATERAL ${subquery(OWNER)}`;
  return refs
    .map(literal)
    .map((ref) => `${select(`${ref}::text`)} FROM ${subquery(ref)}`)
    .join(' UNION ALL ');
}

/** An array of texts. */
export function list(texts: readonly string[]): string {
  return `ARRAY[${texts.map(literal).join(', ')}]::text[]`;
}

/** Refs in the place of `$1`: under names that no configured statement has for its own tables. */
const OWNERS = 'moveout_owners (moveout_ref)';
const OWNER = 'moveout_owners.moveout_ref';
