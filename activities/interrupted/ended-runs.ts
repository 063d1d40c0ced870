import { Context } from '@temporalio/activity';
import type { Interrupted } from '../../workflows/domain/interrupted';
import { backupIdOf } from '../../workflows/domain/names';
import type { Attempt } from '../attempt';
import type { Resources } from '../resources';
import { hasOpenRun, listEndedRuns, type EndedRun } from './closed-runs';
import { recordedJob } from './recorded-job';
import { whatIsLeft } from './what-is-left';

/** Finds runs that Temporal lists as ended from outside and that have left something behind. */
export async function findEndedRuns(
  resources: Resources,
  attempt: Attempt,
): Promise<readonly Interrupted[]> {
  const { client } = Context.current();
  const found: Interrupted[] = [];
  for (const run of await listEndedRuns(client)) {
    if (await hasOpenRun(client, run.workflowId)) continue;
    const one = await judge(resources, attempt, run);
    if (one.left.length > 0) found.push(one);
  }
  return found;
}

async function judge(resources: Resources, attempt: Attempt, run: EndedRun): Promise<Interrupted> {
  const { workflowId, runId, workflowType, how, projectRef, databaseName, startedAt } = run;
  const { target, timing } = resources.settings;
  const backupIds = (['project', 'target'] as const).map((kind) =>
    backupIdOf(projectRef, startedAt, kind),
  );
  const job = await recordedJob(Context.current().client, run);
  const left = await whatIsLeft(resources, attempt, { runId, databaseName, job, backupIds });
  return {
    ...{ workflowId, runId, workflowType, how, job, backupIds, timing, left },
    project: job?.project ?? { projectRef, databaseName },
    target: { connection: target },
  };
}
