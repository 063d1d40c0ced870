import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { migrationWorkflowId, PROJECT_REF } from '../../workflows/domain/names';
import { projectSchema, type Project } from '../../workflows/domain/request';
import { SEARCH_ATTRIBUTES } from '../../workflows/domain/search-attributes';
import { attributeOf, connectionsOf } from '../interrupted/closed-runs';

const FAILED = [
  `WorkflowType = "migrateProject"`,
  `ExecutionStatus IN ("Failed", "Canceled", "Terminated", "TimedOut")`,
].join(' AND ');

const RUNNING_FLEETS = `WorkflowType = "migrateAll" AND ExecutionStatus = "Running"`;

const PAGE_SIZE = 1_000;

/** A run as it stands. */
export type LastRun = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'status' | 'startTime'>;

/** A migration that Temporal lists as ended without success. */
export interface FailedRun {
  readonly workflowId: string;
  readonly startedAt: number;
  /** The project as the run named it; absent where it did not come as far. */
  readonly project: Project | undefined;
}

/** Lists, by ref, the newest run of each project that did not end well. A newer one may have. */
export async function listFailedRuns(client: Client): Promise<ReadonlyMap<string, FailedRun>> {
  const newest = new Map<string, FailedRun>();
  for await (const run of client.workflow.list({ query: FAILED, pageSize: PAGE_SIZE })) {
    const ref = refOf(run);
    const startedAt = run.startTime.getTime();
    if (ref === undefined || (newest.get(ref)?.startedAt ?? 0) > startedAt) continue;
    newest.set(ref, { workflowId: run.workflowId, startedAt, project: projectOf(run, ref) });
  }
  return newest;
}

/** The ids of the fleets that run. */
export async function runningFleets(client: Client): Promise<ReadonlySet<string>> {
  const fleets = new Set<string>();
  for await (const run of client.workflow.list({ query: RUNNING_FLEETS, pageSize: PAGE_SIZE })) {
    const fleetId = attributeOf(run, SEARCH_ATTRIBUTES.fleet);
    if (fleetId !== undefined) fleets.add(fleetId);
  }
  return fleets;
}

/** The newest run under any of some workflow ids, as Temporal itself has it, which lists may lag behind. */
export async function newestRun(
  client: Client,
  workflowIds: readonly string[],
): Promise<LastRun | undefined> {
  const runs: LastRun[] = [];
  for (const workflowId of new Set(workflowIds)) {
    try {
      runs.push(await client.workflow.getHandle(workflowId).describe());
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
  return runs.sort((a, b) => b.startTime.getTime() - a.startTime.getTime())[0];
}

function refOf(run: WorkflowExecutionInfo): string | undefined {
  const usual = migrationWorkflowId('');
  const own = run.workflowId.startsWith(usual) ? run.workflowId.slice(usual.length) : '';
  const ref = attributeOf(run, SEARCH_ATTRIBUTES.project) ?? own;
  return PROJECT_REF.test(ref) ? ref : undefined;
}

function projectOf(run: WorkflowExecutionInfo, ref: string): Project | undefined {
  const parsed = projectSchema.safeParse({
    ref,
    database: attributeOf(run, SEARCH_ATTRIBUTES.database),
    owner: attributeOf(run, SEARCH_ATTRIBUTES.owner),
    ...connectionsOf(run),
  });
  return parsed.success ? parsed.data : undefined;
}
