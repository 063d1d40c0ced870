import { workflowInfo } from '@temporalio/workflow';
import { backupIdOf } from './domain/names';
import type { Report } from './domain/report';
import { planningAtHost, working } from './activity-options';
import { requestOf } from './run/request';
import { backupRequestSchema } from './domain/request';
import { MigrationSteps } from './migration-steps';
import { Run } from './run/run';

/** Writes one backup of a project and nothing else. */
export async function backupProject(input?: unknown): Promise<Report> {
  const run = new Run(['planMigration', 'backupProject']);
  const request = requestOf(run, backupRequestSchema, input);
  const steps = new MigrationSteps(run);

  const words = 'look at source and backup directory';
  const plan = await steps.plan(
    () => planningAtHost(words, request.host, (activities) => activities.planBackup(request)),
    () => ({ tables: [], note: '' }),
  );
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
