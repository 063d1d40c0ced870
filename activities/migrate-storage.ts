import type { Job, StepResult } from '../workflows/domain/job';
import type { Resources } from './runtime/resources';
import { loadStep } from './target/load';

/**
 * Loads the backup's `storage` tables, and those of other schemas, into the target; see `loadStep`. Safe to run
 * twice.
 */
export async function migrateStorage(resources: Resources, job: Job): Promise<StepResult> {
  return loadStep(
    resources,
    { step: 'migrateStorage', job, mayLeaveBuilds: false },
    (table) => !table.startsWith('auth.'),
  );
}
