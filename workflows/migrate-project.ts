import { withRestore } from './compensation';
import type { Report } from './domain/report';
import { planningAtHost } from './activity-options';
import { migrateRequestSchema } from './domain/request';
import { describePlan } from './run/current-details';
import { requestOf } from './run/request';
import { STEPS } from './domain/step-names';
import { restored } from './run/outcomes';
import { MigrationSteps } from './migration-steps';
import { Run } from './run/run';

/** Moves one project into a database of its own: migrated and verified, restored and verified, or parked. */
export async function migrateProject(input?: unknown): Promise<Report> {
  const run = new Run(STEPS);
  const request = requestOf(run, migrateRequestSchema, input);
  const steps = new MigrationSteps(run);

  const words = 'look at source, target and backup directory';
  // Rows that no project claims decide nothing for this one, and to count them reads the whole source.
  const asked = { ...request, unclaimed: false };
  const plan = await steps.plan(
    () => planningAtHost(words, request.host, (activities) => activities.planMigration(asked)),
    describePlan,
  );
  const backup = await steps.backup(plan);
  const job = await steps.saveTarget(plan, backup);

  const evidence = await withRestore(
    {
      run,
      job,
      failed: (error, restore) =>
        restored(run, error, { restore, targetBackupId: job.targetBackupId, ...steps.evidence() }),
    },
    async () => {
      const made = await steps.initSchema(job);
      await steps.migrateAuth(job);
      await steps.migrateStorage(job);
      await steps.finishSchema(job, made);
      return steps.verify(job);
    },
  );

  run.ended('migrated');
  return run.report('migrated', {
    tables: evidence.tables,
    drift: evidence.drift,
    targetBackupId: job.targetBackupId,
  });
}
