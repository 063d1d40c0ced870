import { proxyActivities } from '@temporalio/workflow';

/** A step that today's workflows do not have. */
export interface AddedStep {
  noteSchema(database: string): Promise<void>;
}

/** Runs the added step. */
export function noteSchema(database: string): Promise<void> {
  return proxyActivities<AddedStep>({ startToCloseTimeout: '1 minute' }).noteSchema(database);
}
