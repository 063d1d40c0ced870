import { planningAtHost } from '../../../../workflows/activity-options';
import { withRestore } from '../../../../workflows/compensation';
import type { Job } from '../../../../workflows/domain/job';
import { migrateRequestSchema } from '../../../../workflows/domain/request';
import type { Evidence, Report } from '../../../../workflows/domain/report';
import { STEPS } from '../../../../workflows/domain/step-names';
import { restored } from '../../../../workflows/run/outcomes';
import { MigrationSteps } from '../../../../workflows/migration-steps';
import { describePlan } from '../../../../workflows/run/current-details';
import { requestOf } from '../../../../workflows/run/request';
import { Run } from '../../../../workflows/run/run';

/** `migrateProject` as it is, but for the steps that write: those are the ones that a variant changes. */
export async function changedMigration(
  input: unknown,
  write: (steps: MigrationSteps, job: Job) => Promise<Evidence>,
): Promise<Report> {
  const run = new Run(STEPS);
  const request = requestOf(run, migrateRequestSchema, input);
  const steps = new MigrationSteps(run);
  const plan = await steps.plan(
    () =>
      planningAtHost('look at everything', request.host, (activities) =>
        activities.planMigration(request),
      ),
    describePlan,
  );
  const backup = await steps.backup(plan);
  const job = await steps.saveTarget(plan, backup);
  const evidence = await withRestore(
    { run, job, failed: (error, restore) => restored(run, error, { restore }) },
    () => write(steps, job),
  );
  run.ended('migrated');
  return run.report('migrated', { tables: evidence.tables, drift: evidence.drift });
}
