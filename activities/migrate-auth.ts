import type { Job, StepResult } from '../workflows/domain/job';
import type { Resources } from './runtime/resources';
import { loadStep } from './target/load';

/** Loads the backup's `auth` tables into the target; see `loadStep`. Safe to run twice. */
export async function migrateAuth(resources: Resources, job: Job): Promise<StepResult> {
  return loadStep(resources, { step: 'migrateAuth', job, mayLeaveBuilds: true }, (table) =>
    table.startsWith('auth.'),
  );
}
