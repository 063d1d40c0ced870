import { workflowInfo } from '@temporalio/workflow';
import { backupIdOf } from './domain/names';
import type { Report } from './domain/report';
import { planningAtHost, working } from './activity-options';
import { refused } from './run/outcomes';
import { MigrationSteps } from './migration-steps';
import { Run } from './run/run';

/** Writes one backup of a project and nothing else. */
export async function backupProject(input?: unknown): Promise<Report> {
  const run = new Run(['planMigration', 'backupProject'], input);
  const steps = new MigrationSteps(run);
  const plan = await steps.refusing(() =>
    run.step(
      'planMigration',
      () =>
        planningAtHost('look at source and backup directory', input, (activities) =>
          activities.planBackup(input),
        ),
      () => ({ tables: [], note: '' }),
    ),
  );
  run.concerns(plan.project, { source: plan.source.connection, target: plan.target.connection });
  if (plan.problems.length > 0) throw refused(run, plan.problems);
  const backupId = backupIdOf(
    plan.project.projectRef,
    workflowInfo().startTime.getTime(),
    'project',
  );
  const { project, target } = plan;
  const source = plan.source.connection;
  const { timing, host } = plan;
  const begun = { project, source, target, timing, host, backupIds: [backupId] };
  const backup = await steps.untouched(begun, () =>
    run.step(
      'backupProject',
      () =>
        working(
          `${plan.project.projectRef} → ${backupId}`,
          plan,
          (activities) => activities.backupProject({ ...plan, backupId }),
          run,
        ),
      (result) => result,
    ),
  );
  run.backedUp(backup.backupId, backup.backupPath);
  run.ended('backed-up');
  return run.report('backed-up', {
    tables: backup.tables.map(({ table, rows }) => ({
      table,
      rows,
      digests: { manifest: backup.digests[table] },
      equal: true,
    })),
  });
}
