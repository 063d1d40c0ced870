import { workflowInfo } from '@temporalio/workflow';
import { planningAtHost, working } from './activity-options';
import { withRestore } from './compensation';
import type { Job } from './domain/job';
import { backupIdOf } from './domain/names';
import type { Report } from './domain/report';
import type { RestorePlan } from './domain/restore-plan';
import { restored } from './run/outcomes';
import { requestOf } from './run/request';
import { restoreRequestSchema } from './domain/request';
import { MigrationSteps } from './migration-steps';
import { Run } from './run/run';

const RESTORE_STEPS = [
  'planMigration',
  'backupProject',
  'initSchema',
  'restoreProject',
  'finishSchema',
  'verifyProject',
] as const;

/** Puts a backup into a database, whatever stood there saved first, and verifies it. */
export async function restoreProject(input?: unknown): Promise<Report> {
  const run = new Run(RESTORE_STEPS);
  const request = requestOf(run, restoreRequestSchema, input);
  const steps = new MigrationSteps(run);

  const words = 'check the backup and look at the target';
  const plan = await steps.plan(
    () => planningAtHost(words, request.host, (activities) => activities.planRestore(request)),
    (found) => ({ tables: [], note: `target ${found.targetBefore.kind}` }),
  );
  const job = await saveTarget(run, steps, plan);
  const evidence = await withRestore(
    {
      run,
      job,
      failed: (error, restore) =>
        restored(run, error, { restore, targetBackupId: job.targetBackupId, ...steps.evidence() }),
    },
    async () => {
      await steps.initSchema(job);
      await steps.restoreRows(job);
      await steps.finishSchema(job);
      return steps.verify(job);
    },
  );
  run.ended('verified');
  return run.report('verified', { tables: evidence.tables, targetBackupId: job.targetBackupId });
}

async function saveTarget(run: Run, steps: MigrationSteps, plan: RestorePlan): Promise<Job> {
  const { project, target, targetBefore, extent, format, timing, host, jobs } = plan;
  const { backupId, sources, unfinishedRun, markerBefore } = plan;
  const { createRoles, leftOutSettings, unreached } = plan;
  const job: Job = {
    ...{ project, backupId, target, targetBefore, extent },
    ...{ createRoles, leftOutSettings, unreached, sources, markerBefore },
    replacesRun: unfinishedRun,
    onDrift: 'report',
    ...{ timing, host, jobs },
  };
  if (targetBefore.kind !== 'filled') return job;
  const own = backupIdOf(project.projectRef, workflowInfo().startTime.getTime(), 'target');
  const order = { project, target, extent, format, backupId: own, jobs };
  await steps.untouched({ project, target, timing, host, backupIds: [own] }, () =>
    run.step(
      'backupProject',
      () =>
        working(
          `what ${target.database} holds → ${own}`,
          plan,
          (activities) => activities.backupTarget(order),
          run,
        ),
      (result) => result,
    ),
  );
  return { ...job, targetBackupId: own };
}
