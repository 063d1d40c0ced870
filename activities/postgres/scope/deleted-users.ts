import type { Client } from 'pg';
import { z } from 'zod';
import type { Rules } from '../../../workflows/domain/project-rules';
import type { Tenancy } from '../../../workflows/domain/tenancy';
import { literal } from '../identifiers';
import { allRefs } from './known-refs';
import type { Exists } from './keys';
import { READABLE } from './rules';
import { bucketsByProject, UUID, type DeletedUsers } from './tenancy';

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

/** Where to look for the project of a soft-deleted user. */
interface Clues {
  /** The key of the ref in `raw_app_meta_data`. */
  readonly key: string;
  readonly exists: Exists;
  /** A statement that yields `ref` and `id` of buckets; absent if they tell nothing. */
  readonly buckets: string | undefined;
}

/**
 * Statements that yield a user and a ref that something names it by. Each reads the user ids from
 * `deleted`. Soft deletion keeps the user's id, the providers of its identities, what it owns in
 * Storage, and the audit log. The first yields nothing and gives the columns their types.
 */
function clues(sources: Clues): readonly string[] {
  const none = `SELECT NULL::uuid AS id, NULL::text AS ref WHERE false`;
  return [none, ...byProvider(sources), ...byBuckets(sources), ...byAuditLog(sources)];
}

/** A provider of the user's own organisation, if all other users of it are of one project. */
function byProvider({ key, exists }: Clues): readonly string[] {
  if (!exists('auth.identities', 'provider')) return [];
  const ref = refOf('m', key);
  return [
    `SELECT d.id, p.ref FROM deleted AS d
       JOIN auth.identities AS i ON i.user_id = d.id
       JOIN (SELECT x.provider, min(${ref}) AS ref FROM auth.identities AS x
               JOIN auth.users AS m ON m.id = x.user_id
              WHERE starts_with(x.provider, 'sso:') OR starts_with(x.provider, 'custom:')
              GROUP BY 1 HAVING count(DISTINCT ${ref}) = 1) AS p ON p.provider = i.provider`,
  ];
}

/** The buckets that the user owns, and those of its objects. */
function byBuckets({ exists, buckets }: Clues): readonly string[] {
  if (buckets === undefined) return [];
  const places = [
    { table: 'storage.objects', bucket: 'bucket_id' },
    { table: 'storage.buckets', bucket: 'id' },
  ];
  const owners = [
    { column: 'owner_id', user: 'd.id::text' },
    { column: 'owner', user: 'd.id' },
  ];
  return places.flatMap(({ table, bucket }) =>
    owners
      .filter(({ column }) => exists(table, column))
      .map(
        ({ column, user }) =>
          `SELECT o.id, b.ref FROM (SELECT DISTINCT d.id, t.${bucket} AS bucket FROM deleted AS d
               JOIN ${table} AS t ON t.${column} = ${user}) AS o
             JOIN (${buckets}) AS b ON b.id = o.bucket`,
      ),
  );
}

/**
 * Audit rows that hold the user's app metadata, and those where an admin acts on a user. To act on a
 * user is no proof of one project: an admin's ref counts only if all users with a ref that the admin
 * acted on, and at least one, are of the admin's own project.
 */
function byAuditLog({ key, exists }: Clues): readonly string[] {
  if (!exists('auth.audit_log_entries', 'payload')) return [];
  const ref = refOf('m', key);
  const log = `WITH log AS MATERIALIZED (${readLog(key)}),
      acts AS (SELECT l.actor, l.subject FROM log AS l WHERE l.actor <> l.subject),
      subjects AS (SELECT a.actor, ${ref} AS ref FROM acts AS a JOIN auth.users AS m ON m.id = a.subject
        WHERE ${ref} IS NOT NULL),
      admins AS (SELECT s.actor, min(s.ref) AS ref FROM subjects AS s
        GROUP BY 1 HAVING count(DISTINCT s.ref) = 1)`;
  return [
    `(${log}
      SELECT d.id, l.ref FROM deleted AS d JOIN log AS l ON d.id = coalesce(l.subject, l.actor)
       WHERE l.ref IS NOT NULL
      UNION SELECT d.id, s.ref FROM deleted AS d JOIN subjects AS s ON s.actor = d.id
      UNION SELECT d.id, n.ref FROM deleted AS d JOIN acts AS a ON a.subject = d.id
        JOIN admins AS n ON n.actor = a.actor
        JOIN auth.users AS m ON m.id = a.actor AND ${ref} = n.ref)`,
  ];
}

/** Who acted, on whom, and the ref in the metadata that the row holds; rows that tell none are left out. */
function readLog(key: string): string {
  const refs = ['traits,app_metadata', 'traits,raw_app_meta_data', 'app_metadata']
    .map((path) => `p.payload #> '{${path}}' ->> ${literal(key)}`)
    .join(', ');
  return `SELECT DISTINCT r.actor, r.subject, r.ref FROM (
      SELECT ${asUuid(`p.payload ->> 'actor_id'`)} AS actor,
             ${asUuid(`p.payload -> 'traits' ->> 'user_id'`)} AS subject, coalesce(${refs}) AS ref
        FROM (SELECT ${READABLE} AS payload FROM auth.audit_log_entries AS t OFFSET 0) AS p
      OFFSET 0) AS r
     WHERE r.ref IS NOT NULL OR (r.actor <> r.subject AND r.actor <> ${SERVICE_KEY})`;
}

/** Who acts with the service key is no user; such rows are many. */
const SERVICE_KEY = `'00000000-0000-0000-0000-000000000000'::uuid`;

function asUuid(text: string): string {
  return `CASE WHEN ${text} ~ ${literal(UUID)} THEN (${text})::uuid END`;
}

function refOf(user: string, key: string): string {
  return `(${user}.raw_app_meta_data ->> ${literal(key)})`;
}
