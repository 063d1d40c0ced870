import type { Report } from '../../../../workflows/domain/report';
import { changedMigration } from './changed-migration';

/** Today's steps, two of them the other way round. */
export function migrateProject(input?: unknown): Promise<Report> {
  return changedMigration(input, async (steps, job) => {
    await steps.initSchema(job);
    await steps.migrateStorage(job);
    await steps.migrateAuth(job);
    await steps.finishSchema(job);
    return steps.verify(job);
  });
}
