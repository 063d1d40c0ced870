import type { Job, StepResult } from '../workflows/domain/job';
import type { Resources } from './runtime/resources';
import { loadStep } from './target/load';

/** Loads all tables of a backup into the target; see `loadStep`. Safe to run twice. */
export async function restoreRows(resources: Resources, job: Job): Promise<StepResult> {
  return loadStep(resources, { step: 'restoreProject', job, mayLeaveBuilds: false }, () => true);
}
