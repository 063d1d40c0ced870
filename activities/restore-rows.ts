import type { Job, StepResult } from '../workflows/domain/job';
import type { Resources } from './resources';
import { loadStep } from './write/load-step';

/** Loads all tables of a backup into the target, in one transaction. Safe to run twice. */
export async function restoreRows(resources: Resources, job: Job): Promise<StepResult> {
  return loadStep(resources, { step: 'restoreProject', job }, () => true);
}
