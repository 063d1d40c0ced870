import type { Client } from '@temporalio/client';
import type { Report } from '../../workflows/domain/report';
import { migrationWorkflowId } from '../../workflows/domain/names';
import type { SmallProject } from '../../studio/many-projects';
import { spreadOf } from '../figures/median';
import { stepFigures } from './step-figures';
import type { FleetResult } from './fleet-schema';
import { BENCH_TASK_QUEUE } from './fleet-worker';

/** Moves projects one after another by a worker that has moved others: what one takes when nothing else runs. */
export async function measureUsual(
  client: Client,
  projects: readonly SmallProject[],
): Promise<FleetResult['usual']> {
  const seconds: number[] = [];
  const reports: Report[] = [];
  for (const { ref, database, owner } of projects) {
    const started = performance.now();
    const report = await client.workflow.execute<(input: unknown) => Promise<Report>>(
      'migrateProject',
      {
        taskQueue: BENCH_TASK_QUEUE,
        workflowId: migrationWorkflowId(ref),
        args: [{ projectRef: ref, databaseName: database, ownerUserId: owner }],
      },
    );
    seconds.push((performance.now() - started) / 1000);
    if (report.outcome !== 'migrated')
      throw new Error(`${ref} ended with ${report.outcome}: ${report.problems[0]?.message ?? ''}`);
    reports.push(report);
  }
  return { projects: projects.length, seconds: spreadOf(seconds), steps: stepFigures(reports) };
}
