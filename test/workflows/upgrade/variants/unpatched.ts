import type { Report } from '../../../../workflows/domain/report';
import { noteSchema } from './added-step';
import { changedMigration } from './changed-migration';

/** The same change as in `patched`, with nothing that tells old runs from new ones. */
export function migrateProject(input?: unknown): Promise<Report> {
  return changedMigration(input, async (steps, job) => {
    await steps.initSchema(job);
    await noteSchema(job.target.database);
    await steps.migrateAuth(job);
    await steps.migrateStorage(job);
    await steps.finishSchema(job);
    return steps.verify(job);
  });
}
