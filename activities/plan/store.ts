import type { Estimate, PlannedTable, Problem } from '../../workflows/domain/plan';
import { freeSpaceProblems } from '../disk/free-space';
import { readTimings, type MeasuredTiming } from '../disk/backup/timings';
import type { BackupStore } from '../disk/backup/store';
import { isRetryable } from '../runtime/failure';
import type { SourceView } from './source';

/** JSON spells out names and escapes; COPY's own bytes are about what the rows take. */
const SPELLED_OUT = { json: 1.5, copy: 1 } as const;

/** What the plan sees of the place where backups go. */
export interface StoreView {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly estimate: Estimate;
}

/** Looks at the place where backups go: whether it can be written, its free space, what it has timed. */
export async function readStore(
  store: BackupStore,
  tables: readonly PlannedTable[],
  format: 'json' | 'copy',
): Promise<StoreView> {
  const rows = tables.reduce((sum, table) => sum + (table.rows ?? 0), 0);
  const bytes = tables.reduce((sum, table) => sum + (table.bytes ?? 0), 0);
  const problems = await storeProblems(store);
  const space =
    problems.length > 0
      ? { problems, warnings: [] }
      : await freeSpaceProblems(store.directory, bytes * SPELLED_OUT[format]);
  return { ...space, estimate: estimate(rows, format, await readTimings(store)) };
}

/** Tells whether backups can be written if the configuration says. */
export async function storeProblems(store: BackupStore): Promise<readonly Problem[]> {
  try {
    await store.assertWritable();
    return [];
  } catch (error) {
    if (isRetryable(error)) throw error;
    return [
      { code: 'backup-directory', message: error instanceof Error ? error.message : String(error) },
    ];
  }
}

/** What a migration costs whatever its size, and for each row: this project's own bench, 2 cores. */
const MEASURED = {
  json: { fixed: 2.4, perRow: 5.3e-5 },
  copy: { fixed: 2.4, perRow: 3.4e-5 },
} as const;

/** Fewer rows than this tell nothing of what a row costs. */
const TELLING_ROWS = 5_000;

/**
 * How long a migration of this many rows will take: from the migrations that were timed here, else
 * from the figures of the bench.
 */
function estimate(
  rows: number,
  format: 'json' | 'copy',
  timings: readonly MeasuredTiming[],
): Estimate {
  const timed = timings.filter((timing) => timing.format === format);
  const telling = timed.filter((timing) => timing.rows >= TELLING_ROWS);
  const fixed =
    timed.length === 0
      ? MEASURED[format].fixed
      : Math.min(...timed.map((timing) => timing.seconds), median(timed.map(fixedPart)));
  const perRow =
    telling.length === 0
      ? MEASURED[format].perRow
      : median(telling.map((timing) => Math.max(0, timing.seconds - fixed) / timing.rows));
  const seconds = Math.max(1, Math.round(fixed + rows * perRow));
  const rowsPerSecond = Math.round(rows / seconds);
  if (timed.length === 0) {
    return { seconds, rowsPerSecond, basis: 'the figures of the bench; none was timed here yet' };
  }
  return { seconds, rowsPerSecond, basis: `the last ${timed.length} migrations timed here` };

  function fixedPart(timing: MeasuredTiming): number {
    return Math.max(0.5, timing.seconds - timing.rows * MEASURED[format].perRow);
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Above this many rows of a project, `auto` takes PostgreSQL's own COPY bytes. */
const MOST_ROWS_AS_JSON = 200_000;

/** The format of a backup; `auto` goes by the rows that the project will probably have. */
export function chooseFormat(
  configured: 'auto' | 'json' | 'copy',
  source: Pick<SourceView, 'tables' | 'users'>,
): 'json' | 'copy' {
  if (configured !== 'auto') return configured;
  return estimatedRows(source) > MOST_ROWS_AS_JSON ? 'copy' : 'json';
}

/** The rows that were counted; else the project's share of all rows, taken to be its share of the users. */
function estimatedRows({ tables, users }: Pick<SourceView, 'tables' | 'users'>): number {
  const counted = tables.flatMap(({ rows }) => rows ?? []);
  if (counted.length > 0) return counted.reduce((sum, rows) => sum + rows, 0);
  const all = tables.reduce((sum, table) => sum + rowsOf(table), 0);
  const usersTable = tables.find(({ table }) => table === 'auth.users');
  const allUsers = usersTable === undefined ? 0 : rowsOf(usersTable);
  return allUsers === 0 ? all : all * Math.min(1, users / allUsers);
}

/** If there are no statistics, a row is taken to have a hundred bytes. */
function rowsOf({ estimatedRows: rows, estimatedBytes }: PlannedTable): number {
  return rows ?? estimatedBytes / 100;
}
