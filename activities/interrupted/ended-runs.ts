import { Context } from '@temporalio/activity';
import type { Interrupted, InterruptedRuns } from '../../workflows/domain/interrupted';
import { backupIdOf } from '../../workflows/domain/names';
import type { Attempt } from '../attempt';
import type { Resources } from '../resources';
import { hasOpenRun, listEndedRuns, wasRestored, type EndedRun } from './closed-runs';
import { readRecorded } from './recorded-job';
import { together, whereItAnswers } from './target-servers';
import { leftoversOf } from './what-is-left';

/** Finds runs that Temporal lists as ended from outside and that have left something behind. */
export async function findEndedRuns(
  resources: Resources,
  attempt: Attempt,
  servers: readonly string[],
): Promise<InterruptedRuns> {
  const { client } = Context.current();
  const found: InterruptedRuns[] = [];
  const own = await resources.host.known();
  for (const run of await listEndedRuns(client)) {
    if (await hasOpenRun(client, run.workflowId)) continue;
    const { target: connection = resources.settings.target } = run;
    const look = async (): Promise<InterruptedRuns> => {
      const one = await judge(resources, attempt, run);
      if (isElsewhere(one, own) && !(await wasRestored(client, run)))
        return { interrupted: [], elsewhere: [one], remarks: [] };
      return { interrupted: one.left.length > 0 ? [one] : [], remarks: [] };
    };
    found.push(await whereItAnswers({ connection, among: servers }, look));
  }
  return together(found);
}

/** Whether it ended while it wrote a backup, in a directory that this worker does not have. */
function isElsewhere({ job, host }: Interrupted, own: string | undefined): boolean {
  return job === undefined && host !== undefined && host !== own;
}

async function judge(resources: Resources, attempt: Attempt, run: EndedRun): Promise<Interrupted> {
  const { workflowId, runId, workflowType, how, projectRef, databaseName, startedAt } = run;
  const { timing } = resources.settings;
  const backupIds = (['project', 'target'] as const).map((kind) =>
    backupIdOf(projectRef, startedAt, kind),
  );
  const { job, host } = await readRecorded(Context.current().client, run);
  const target = job?.target.connection ?? run.target ?? resources.settings.target;
  const suspect = { runId, databaseName, target, job, backupIds };
  const left = await leftoversOf(resources, attempt, suspect);
  return {
    ...{ workflowId, runId, workflowType, how, job, host, backupIds, timing, left },
    project: job?.project ?? { projectRef, databaseName },
    source: job?.source?.connection ?? run.source,
    target: { connection: target },
  };
}
