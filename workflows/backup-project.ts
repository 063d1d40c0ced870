import { workflowInfo } from '@temporalio/workflow';
import { backupIdOf } from './domain/names';
import type { Report } from './domain/report';
import { refused, restored } from './endings';
import { MigrationSteps } from './migration-steps';
import { Run } from './progress';
import { planning, working } from './steps';

/** Writes one backup of a project and nothing else. */
export async function backupProject(input?: unknown): Promise<Report> {
  const run = new Run(['planMigration', 'backupProject']);
  const plan = await new MigrationSteps(run).refusing(() =>
    run.step(
      'planMigration',
      () => planning('look at source and backup directory').planBackup(input),
      () => ({ tables: [], note: '' }),
    ),
  );
  run.concerns(plan.project);
  if (plan.problems.length > 0) throw refused(run, plan.problems);
  const backupId = backupIdOf(
    plan.project.projectRef,
    workflowInfo().startTime.getTime(),
    'project',
  );
  const backup = await run
    .step(
      'backupProject',
      () =>
        working(`${plan.project.projectRef} → ${backupId}`).backupProject({ ...plan, backupId }),
      (result) => result,
    )
    .catch((error: unknown) => {
      throw restored(run, error, {});
    });
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
