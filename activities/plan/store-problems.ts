import type { Estimate, PlannedTable, Problem } from '../../workflows/domain/plan';
import { freeSpaceProblems } from '../backup/free-space';
import { readTimings } from '../backup/timings';
import type { BackupStore } from '../backup/store';
import { isRetryable } from '../failure';
import { estimate } from './estimate';

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

/** Tells whether backups can be written where the configuration says. */
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
