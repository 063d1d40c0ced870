import { z } from 'zod';
import type { Rules } from '../../../workflows/domain/project-rules';
import { underSavepoint, type Refusal } from '../session/transaction';
import type { Client } from 'pg';
import { naming } from '../errors/classify';
import type { Owners } from './membership';
import type { DeletedUsers } from './tenancy';

/** The projects of one source that are counted, under its rules. */
export interface CountedProjects extends Rules {
  readonly refs: readonly string[];
  /** A statement that takes longer than this is given up. */
  readonly patience?: number;
}

/** Several projects that one statement counts, each apart. */
export interface Grouping extends Owners {
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
export interface Counting {
  /** The part of the configuration that a failure is named by. */
  readonly place: string;
  readonly table: string;
  readonly statement: (grouping: Grouping) => string;
}

/** The rows of each project; without a ref: of every project. */
export type Counts = ReadonlyMap<string | null, number>;

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

const counted = z.array(z.object({ ref: z.string().nullable(), rows: z.coerce.number() }));

/**
 * Counts by one statement for all projects; one that PostgreSQL cannot join is asked for many projects
 * at a time. `undefined` if that took too long.
 */
export async function countInParts(
  client: Client,
  counting: Counting,
  grouping: Grouping,
): Promise<Counts | undefined> {
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
export async function countAtOnce(
  client: Client,
  counting: Counting,
  grouping: Grouping,
): Promise<Counts | undefined> {
  const joined = await tryCount(client, counting, grouping);
  return isRefusal(joined) ? undefined : joined;
}

async function tryCount(
  client: Client,
  { place, statement }: Counting,
  grouping: Grouping,
): Promise<Counts | Refusal> {
  const sqlstates = [TOO_SLOW, ...(grouping.form === 'joined' ? NOT_JOINED : [])];
  const outcome = await naming(place, () =>
    underSavepoint(client, sqlstates, () => client.query(statement(grouping))),
  );
  if (!('result' in outcome)) return outcome;
  const rows = counted.parse(outcome.result.rows);
  return new Map(rows.map((row) => [row.ref, row.rows]));
}

function isRefusal(counts: Counts | Refusal): counts is Refusal {
  return 'sqlstate' in counts;
}
