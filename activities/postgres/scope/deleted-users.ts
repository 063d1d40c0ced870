import type { Client } from 'pg';
import { z } from 'zod';
import type { Rules } from '../../../workflows/domain/project-rules';
import type { Tenancy } from '../../../workflows/domain/tenancy';
import { literal } from '../identifiers';
import { clues, type Clues } from './deleted-user-clues';
import { allRefs } from './known-refs';
import { bucketsByProject, type DeletedUsers } from './tenancy';

type Exists = (table: string, column?: string) => boolean;

/** Up to here a list in every statement costs less than looking for the clues again in each. */
const LARGEST_LIST = 100_000;

const foundRow = z.object({
  lost: z.coerce.number(),
  found: z.coerce.number(),
  ids: z.string().nullable(),
  refs: z.string().nullable(),
});

/**
 * Finds the project of each soft-deleted user that carries no ref, in the session's snapshot: Auth
 * empties the metadata of a user that it soft-deletes. A user whose clues name two projects is not
 * guessed. `undefined` if the tenancy does not go by metadata, or no such user is there: then no
 * other table is read.
 */
export async function readDeletedUsers(
  client: Client,
  { tenancy, configuredRefs }: Pick<Rules, 'tenancy' | 'configuredRefs'>,
  exists: Exists,
  largestList = LARGEST_LIST,
): Promise<DeletedUsers | undefined> {
  const { users } = tenancy;
  if (users.by !== 'app-metadata' || !exists('auth.users', 'deleted_at')) return undefined;
  const deleted = `SELECT u.id FROM auth.users AS u
    WHERE u.deleted_at IS NOT NULL AND u.raw_app_meta_data ->> ${literal(users.key)} IS NULL`;
  const { rowCount } = await client.query(`${deleted} LIMIT 1`);
  if (rowCount === 0) return undefined;
  const refs = await allRefs(client, users.key, configuredRefs);
  const statement = search(deleted, {
    key: users.key,
    exists,
    buckets: bucketsWithRefs(tenancy, refs, exists),
  });
  const result = await client.query(
    `WITH found AS MATERIALIZED (${statement})
     SELECT (SELECT count(*) FROM (${deleted}) AS d) - count(*) AS lost, count(*) AS found,
       CASE WHEN count(*) <= ${String(largestList)} THEN array_agg(f.id)::text END AS ids,
       CASE WHEN count(*) <= ${String(largestList)} THEN array_agg(f.ref)::text END AS refs
       FROM found AS f`,
  );
  const { lost, found, ids, refs: theirs } = foundRow.parse(result.rows[0]);
  if (found === 0) return { lost };
  if (ids === null || theirs === null) return { lost, statement };
  const lists = `${literal(ids)}::uuid[], ${literal(theirs)}::text[]`;
  return { lost, statement: `SELECT f.id, f.ref FROM unnest(${lists}) AS f (id, ref)` };
}

/** How many soft-deleted users carry no ref. */
export interface DeletedUserCounts {
  /** Those that were found to be the project's. */
  readonly found: number;
  /** Those of the whole source that no project was found for. */
  readonly lost: number;
}

/** Counts the soft-deleted users without a ref, for one project. */
export async function countDeletedUsers(
  client: Client,
  deleted: DeletedUsers | undefined,
  projectRef: string,
): Promise<DeletedUserCounts> {
  const { statement, lost } = deleted ?? { lost: 0 };
  if (statement === undefined) return { found: 0, lost };
  const { rowCount } = await client.query(
    `SELECT FROM (${statement}) AS f WHERE f.ref = ${literal(projectRef)}`,
  );
  return { found: rowCount ?? 0, lost };
}

/** Yields `id` and `ref` for each deleted user whose clues name one project. */
function search(deleted: string, sources: Clues): string {
  return `WITH deleted AS MATERIALIZED (${deleted})
    SELECT c.id, min(c.ref) AS ref FROM (${clues(sources).join(' UNION ')}) AS c (id, ref)
     GROUP BY c.id HAVING count(*) = 1`;
}

/**
 * Yields `ref` and `id` of the buckets, where rows alone tell whose they are: a configured query may
 * be slow, and a bucket that goes by its owner would need the user's project first.
 */
function bucketsWithRefs(
  tenancy: Tenancy,
  refs: readonly string[],
  exists: Exists,
): string | undefined {
  const { by } = tenancy.buckets;
  if (!exists('storage.buckets') || (by !== 'id-prefix' && by !== 'table')) return undefined;
  return bucketsByProject(tenancy, {
    ...{ refs, knownRefs: refs },
    hasColumn: (column) => exists('storage.buckets', column),
  });
}
