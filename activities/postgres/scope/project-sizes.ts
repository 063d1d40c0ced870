import { z } from 'zod';
import { extentOf, type Scopes } from '../../../workflows/domain/scopes';
import type { Tenancy } from '../../../workflows/domain/tenancy';
import { readTables } from '../catalog/tables';
import { underSavepoint, type Refusal } from '../checks/under-savepoint';
import type { Client } from '../database-client';
import { naming } from '../sqlstate';
import { bucketsByProject, usersByProject, type Grouping } from './grouped-tenancy';
import { knownRefs } from './known-refs';
import { existence, nameTablesOfPublic } from './project-keys';

/** The projects of one source, and the rules that tell them apart. */
export interface Sizing {
  readonly tenancy: Tenancy;
  readonly scopes: Scopes;
  readonly configuredRefs: readonly string[] | undefined;
  readonly refs: readonly string[];
  /** A statement that takes longer than this is given up, and the projects taken for equal. */
  readonly patience?: number;
}

/** How much there is of each project. */
export interface Sizes {
  /** Users and objects of storage; a project without any may be missing. */
  readonly rows: ReadonlyMap<string, number>;
  /** Whether a configured statement was too slow to count by. */
  readonly isEstimated: boolean;
}

const PATIENCE_MS = 60_000;

/** So many projects are spelled out in one statement. */
const AT_ONCE = 100;

/** A configured statement that compares `$1` with what is no text; it may run where `$1` is spelled out. */
const NOT_JOINED: readonly string[] = ['42883', '42804', '42846', '22P02'];
const TOO_SLOW = '57014';

const counted = z.array(z.object({ ref: z.string().nullable(), rows: z.coerce.number() }));

/** One kind of rows: how it is counted for many projects, and how many there are in all. */
interface Counting {
  readonly place: string;
  readonly table: string;
  readonly statement: (grouping: Grouping) => string;
}

/** The rows of each project; `undefined` where that took too long. Without a ref: of every project. */
type Counts = ReadonlyMap<string | null, number> | undefined;

/**
 * Counts the users and objects of all projects of a source by one grouped statement each, in the
 * session's snapshot. A configured statement that cannot be joined is asked for many projects at a
 * time; where one is too slow, every project has an equal share of what the statistics say there is.
 */
export async function readSizes(client: Client, sizing: Sizing): Promise<Sizes> {
  const { tenancy, scopes, refs, patience = PATIENCE_MS } = sizing;
  const tables = await readTables(client, extentOf(scopes));
  const exists = existence(tables);
  await nameTablesOfPublic(client);
  const known = await knownRefs(client, sizing);
  await client.query(`SELECT set_config('statement_timeout', $1, true)`, [String(patience)]);
  const grouping: Grouping = {
    refs,
    knownRefs: [...new Set([...refs, ...known])],
    form: 'joined',
    hasColumn: (column) => exists('storage.buckets', column),
  };
  const rows = new Map(refs.map((ref) => [ref, 0]));
  let isEstimated = false;
  for (const counting of countings(tenancy).filter(({ table }) => exists(table))) {
    const counts = await naming(counting.place, () => count(client, counting, grouping));
    const whole = tables.find(({ table }) => table === counting.table)?.estimatedRows ?? 0;
    isEstimated ||= counts === undefined;
    for (const ref of refs) {
      const own = counts === undefined ? Math.round(whole / refs.length) : shareOf(counts, ref);
      rows.set(ref, (rows.get(ref) ?? 0) + own);
    }
  }
  return { rows, isEstimated };
}

function countings(tenancy: Tenancy): readonly Counting[] {
  const users: Counting = {
    place: 'tenancy.users',
    table: 'auth.users',
    statement: (grouping) =>
      `SELECT p.ref, count(*)::text AS rows FROM (${usersByProject(tenancy.users, grouping)}) AS p
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

async function count(client: Client, { statement }: Counting, grouping: Grouping): Promise<Counts> {
  const joined = await tryCount(client, statement(grouping), [TOO_SLOW, ...NOT_JOINED]);
  if ('rows' in joined) return joined.rows;
  if (joined.sqlstate === TOO_SLOW) return undefined;
  const found = new Map<string | null, number>();
  for (let from = 0; from < grouping.refs.length; from += AT_ONCE) {
    const refs = grouping.refs.slice(from, from + AT_ONCE);
    const some = statement({ ...grouping, refs, form: 'spelled out' });
    const spelled = await tryCount(client, some, [TOO_SLOW]);
    if (!('rows' in spelled)) return undefined;
    for (const [ref, rows] of spelled.rows) found.set(ref, rows);
  }
  return found;
}

async function tryCount(
  client: Client,
  statement: string,
  sqlstates: readonly string[],
): Promise<{ readonly rows: ReadonlyMap<string | null, number> } | Refusal> {
  const outcome = await underSavepoint(client, sqlstates, () => client.query(statement));
  if (!('result' in outcome)) return outcome;
  const rows = counted.parse(outcome.result.rows);
  return { rows: new Map(rows.map((row) => [row.ref, row.rows])) };
}

function shareOf(counts: ReadonlyMap<string | null, number>, ref: string): number {
  return (counts.get(ref) ?? 0) + (counts.get(null) ?? 0);
}
