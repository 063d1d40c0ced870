import { ApplicationFailure, condition } from '@temporalio/workflow';

export { migrateAll } from './migrate-all';

/** A migration that ends as its input says, or does not. */
export async function migrateProject(end: 'complete' | 'fail' | 'stay'): Promise<void> {
  if (end === 'fail') throw ApplicationFailure.nonRetryable('a row was refused', 'DataRejected');
  if (end === 'stay') await condition(() => false);
}
