import { extentOf } from '../../../workflows/domain/scopes';
import type { Tenancy } from '../../../workflows/domain/tenancy';
import { tablesWithRows } from '../catalog/populated';
import { readSizes, readTables } from '../catalog/tables';
import type { Client } from 'pg';
import type { Owners } from './membership';
import { underSavepoint, type Refusal } from '../session/transaction';
import { naming } from '../errors/classify';
import { z } from 'zod';
import type { Rules } from '../../../workflows/domain/project-rules';
import { readDeletedUsers } from './deleted-users';
import { knownRefs } from './known-refs';
import { existence, addPublicToSearchPath } from './project-keys';
import type { Overlap } from './ownership';
import { bucketsByProject, usersAreDisjoint, usersByProject, type DeletedUsers } from './tenancy';

/** The projects of one source that are counted, under its rules. */
export interface CountedProjects extends Rules {
  readonly refs: readonly string[];
  /** A statement that takes longer than this is given up. */
  readonly patience?: number;
}

/** Several projects that one statement counts, each apart. */
interface Grouping extends Owners {
  readonly refs: readonly string[];
  /** All refs that could claim a bucket by its prefix; those above among them. */
  readonly knownRefs: readonly string[];
  /** Whether the source's buckets have this column. */
  readonly hasColumn: (column: string) => boolean;
  /** Whether the source has this table. */
  readonly hasTable: (table: string) => boolean;
  /** The soft-deleted users that carry no ref; absent if there are none. */
  readonly deleted?: DeletedUsers | undefined;
}

/** One kind of rows, and the statement that yields `ref` and `rows` of many projects at once. */
interface Counting {
  /** The part of the configuration that a failure is named by. */
  readonly place: string;
  readonly table: string;
  readonly statement: (grouping: Grouping) => string;
}

/** The rows of each project; without a ref: of every project. */
type RowCounts = ReadonlyMap<string | null, number>;

/** How much there is of each project, and what several claim. */
export interface RowsPerProject {
  /** Users and objects of storage; a project without any may be missing. */
  readonly rows: ReadonlyMap<string, number>;
  /** Whether a configured statement was too slow to count by. */
  readonly isEstimated: boolean;
  /** What each project shares with another; `undefined` if that could not be told for all at once. */
  readonly overlaps: ReadonlyMap<string, Overlap> | undefined;
}

const PATIENCE_MS = 60_000;

/**
 * Counts the users and objects of all projects of a source by one grouped statement each, in the
 * session's snapshot. A configured statement that cannot be joined is asked for many projects at a
 * time; if one is too slow, every project has an equal share of what the statistics say there is.
 */
export async function countRowsPerProject(
  client: Client,
  projects: CountedProjects,
): Promise<RowsPerProject> {
  const { tenancy, scopes, refs, configuredRefs, patience = PATIENCE_MS } = projects;
  const extent = extentOf(scopes);
  const exists = existence(await readTables(client, extent));
  const tableSizes = await readSizes(client, extent);
  await addPublicToSearchPath(client);
  const known = [...new Set([...refs, ...(await knownRefs(client, projects))])];
  const deleted = await readDeletedUsers(client, projects, exists);
  await client.query(`SELECT set_config('statement_timeout', $1, true)`, [String(patience)]);
  const grouping: Grouping = {
    refs,
    knownRefs: known,
    form: 'joined',
    hasColumn: (column) => exists('storage.buckets', column),
    hasTable: (table) => exists(table),
    deleted,
  };
  const rows = new Map(refs.map((ref) => [ref, 0]));
  let isEstimated = false;
  for (const counting of sizesOf(tenancy).filter(({ table }) => exists(table))) {
    const counts = await countInParts(client, counting, grouping);
    const whole = tableSizes.get(counting.table)?.estimatedRows ?? 0;
    isEstimated ||= counts === undefined;
    for (const ref of refs) {
      const own = counts === undefined ? Math.round(whole / refs.length) : shareOf(counts, ref);
      rows.set(ref, (rows.get(ref) ?? 0) + own);
    }
  }
  const overlaps =
    isEstimated || configuredRefs === undefined
      ? undefined
      : await findOverlaps(client, projects, {
          ...grouping,
          refs: [...new Set([...configuredRefs, ...refs])],
        });
  return { rows, isEstimated, overlaps };
}

function sizesOf(tenancy: Tenancy): readonly Counting[] {
  const users: Counting = {
    place: 'tenancy.users',
    table: 'auth.users',
    statement: (grouping) =>
      `SELECT p.ref, count(*)::text AS rows FROM (${usersByProject(tenancy.users, grouping, grouping.deleted)}) AS p
        GROUP BY 1`,
  };
  const objects: Counting = {
    place: 'tenancy.buckets',
    table: 'storage.objects',
    statement: (grouping) =>
      `SELECT p.ref, sum(o.rows)::text AS rows FROM (${bucketsByProject(tenancy, grouping)}) AS p
         JOIN (SELECT bucket_id, count(*) AS rows FROM storage.objects GROUP BY 1) AS o
           ON o.bucket_id = p.id
        GROUP BY 1`,
  };
  return [users, objects];
}

/** Buckets of these kinds are distinguished by the same statement, and are few where there are any. */
const OTHER_BUCKETS = ['storage.buckets_analytics', 'storage.buckets_vectors'];

/** Counts for every project what another claims as well; left to each plan if a rule gives all rows to each. */
async function findOverlaps(
  client: Client,
  { tenancy }: Pick<CountedProjects, 'tenancy'>,
  grouping: Grouping,
): Promise<ReadonlyMap<string, Overlap> | undefined> {
  if (tenancy.users.by === 'all' || tenancy.buckets.by === 'all') return undefined;
  const users = usersAreDisjoint(tenancy.users)
    ? new Map<string, number>()
    : await countShared(client, grouping, {
        place: 'tenancy.users',
        statement: (wanted) => usersByProject(tenancy.users, wanted, wanted.deleted),
      });
  if (tenancy.buckets.by !== 'id-prefix' && tenancy.buckets.by !== 'owner') {
    const others = OTHER_BUCKETS.filter((table) => grouping.hasTable(table));
    if ((await tablesWithRows(client, others)).size > 0) return undefined;
  }
  const countsBuckets = tenancy.buckets.by !== 'id-prefix' && grouping.hasColumn('id');
  const buckets = countsBuckets
    ? await countShared(client, grouping, {
        place: 'tenancy.buckets',
        statement: (wanted) => bucketsByProject(tenancy, wanted),
      })
    : new Map<string, number>();
  if (users === undefined || buckets === undefined) return undefined;
  const of = (ref: string): Overlap => ({
    users: shareOf(users, ref),
    buckets: shareOf(buckets, ref),
  });
  return new Map(grouping.refs.map((ref) => [ref, of(ref)]));
}

function countShared(
  client: Client,
  grouping: Grouping,
  { place, statement }: Omit<Counting, 'table'>,
): Promise<RowCounts | undefined> {
  const shared = (wanted: Grouping): string =>
    `WITH claimed AS MATERIALIZED (${statement(wanted)})
     SELECT c.ref, count(*)::text AS rows FROM claimed AS c
      WHERE c.id IN (SELECT id FROM claimed GROUP BY id HAVING count(*) > 1) GROUP BY 1`;
  return countAtOnce(client, { place, table: '', statement: shared }, grouping);
}

function shareOf(counts: RowCounts, ref: string): number {
  return (counts.get(ref) ?? 0) + (counts.get(null) ?? 0);
}

/** A configured statement that compares `$1` with what is no text; it may run where `$1` is spelled out. */
const NOT_JOINED: readonly string[] = [
  '42883',
  '42804',
  '42846',
  '22P02',
  '42703',
  '42702',
  '21000',
];
const TOO_SLOW = '57014';

/** At most this many projects are spelled out in one statement. */
const AT_ONCE = 100;

const countedRows = z.array(z.object({ ref: z.string().nullable(), rows: z.coerce.number() }));

/**
 * Counts by one statement for all projects; one that PostgreSQL cannot join is asked for many projects
 * at a time. `undefined` if that took too long.
 */
async function countInParts(
  client: Client,
  counting: Counting,
  grouping: Grouping,
): Promise<RowCounts | undefined> {
  const joined = await tryCount(client, counting, grouping);
  if (!isRefusal(joined)) return joined;
  if (joined.sqlstate === TOO_SLOW) return undefined;
  const found = new Map<string | null, number>();
  for (let from = 0; from < grouping.refs.length; from += AT_ONCE) {
    const refs = grouping.refs.slice(from, from + AT_ONCE);
    const some = { ...grouping, refs, form: 'spelled out' } as const;
    const spelled = await tryCount(client, counting, some);
    if (isRefusal(spelled)) return undefined;
    for (const [ref, rows] of spelled) found.set(ref, rows);
  }
  return found;
}

/** Counts by one statement for all projects together; `undefined` if it cannot be, or took too long. */
async function countAtOnce(
  client: Client,
  counting: Counting,
  grouping: Grouping,
): Promise<RowCounts | undefined> {
  const joined = await tryCount(client, counting, grouping);
  return isRefusal(joined) ? undefined : joined;
}

async function tryCount(
  client: Client,
  { place, statement }: Counting,
  grouping: Grouping,
): Promise<RowCounts | Refusal> {
  const sqlstates = [TOO_SLOW, ...(grouping.form === 'joined' ? NOT_JOINED : [])];
  const outcome = await naming(place, () =>
    underSavepoint(client, sqlstates, () => client.query(statement(grouping))),
  );
  if (!('result' in outcome)) return outcome;
  const rows = countedRows.parse(outcome.result.rows);
  return new Map(rows.map((row) => [row.ref, row.rows]));
}

function isRefusal(counts: RowCounts | Refusal): counts is Refusal {
  return 'sqlstate' in counts;
}
