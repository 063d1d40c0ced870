import { patched } from '@temporalio/workflow';
import type { Report } from '../../../../workflows/domain/report';
import { noteSchema } from './added-step';
import { changedMigration } from './changed-migration';

/** Tomorrow's workflow: a step more, for the runs that have not come past its place. */
export function migrateProject(input?: unknown): Promise<Report> {
  return changedMigration(input, async (steps, job) => {
    await steps.initSchema(job);
    if (patched('note-schema')) await noteSchema(job.target.database);
    await steps.migrateAuth(job);
    await steps.migrateStorage(job);
    await steps.finishSchema(job);
    return steps.verify(job);
  });
}
