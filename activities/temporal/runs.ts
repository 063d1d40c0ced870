import type {
  Client,
  WorkflowExecutionDescription,
  WorkflowExecutionInfo,
} from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { z } from 'zod';
import type { RunName } from '../../workflows/domain/job';
import type { Interrupted } from '../../workflows/domain/interrupted';
import { SEARCH_ATTRIBUTES } from '../../workflows/domain/search-attributes';
import { Context } from '@temporalio/activity';
import type { Problem } from '../../workflows/domain/plan';
import type { Marker } from '../postgres/lease';
import { migrationWorkflowId, PROJECT_REF } from '../../workflows/domain/names';
import { projectSchema, type Project } from '../../workflows/domain/request';

/** The workflows that write into a target. */
const WRITERS = ['migrateProject', 'restoreProject'];

const TYPES = `WorkflowType IN (${WRITERS.map((type) => `"${type}"`).join(', ')})`;

const ENDED_FROM_OUTSIDE = [
  TYPES,
  `ExecutionStatus IN ("Terminated", "TimedOut")`,
  `${SEARCH_ATTRIBUTES.outcome} IN ("running", "parked")`,
].join(' AND ');

/** A run that Temporal ended from outside before it had an outcome. */
export interface EndedRun extends RunName {
  readonly workflowType: string;
  readonly startedAt: number;
  readonly how: Interrupted['how'];
  readonly projectRef: string;
  readonly databaseName: string;
  /** The connections that it had named when it ended. */
  readonly source?: string | undefined;
  readonly target?: string | undefined;
}

/**
 * Lists the runs that were terminated or timed out before they had an outcome. A run that did not come
 * as far as naming its project has touched nothing.
 */
export async function listEndedRuns(client: Client): Promise<readonly EndedRun[]> {
  const found: EndedRun[] = [];
  for await (const run of client.workflow.list({ query: ENDED_FROM_OUTSIDE })) {
    const named = endedRun(run);
    if (named !== undefined) found.push(named);
  }
  return found;
}

/** Lists the run ids of all open runs that write. */
export async function listOpenRunIds(client: Client): Promise<readonly string[]> {
  const query = `${TYPES} AND ExecutionStatus = "Running"`;
  const found: string[] = [];
  for await (const { runId } of client.workflow.list({ query })) found.push(runId);
  return found;
}

const FAILED = [
  `WorkflowType = "migrateProject"`,
  `ExecutionStatus IN ("Failed", "Canceled", "Terminated", "TimedOut")`,
].join(' AND ');

/** A migration that Temporal lists as ended without success. */
export interface FailedRun {
  readonly workflowId: string;
  readonly startedAt: number;
  /** The project as the run named it; absent if it did not come as far. */
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

const RUNNING_FLEETS = `WorkflowType = "migrateAll" AND ExecutionStatus = "Running"`;

/** The ids of the fleets that run. */
export async function runningFleets(client: Client): Promise<ReadonlySet<string>> {
  const fleets = new Set<string>();
  for await (const run of client.workflow.list({ query: RUNNING_FLEETS, pageSize: PAGE_SIZE })) {
    const fleetId = attributeOf(run, SEARCH_ATTRIBUTES.fleet);
    if (fleetId !== undefined) fleets.add(fleetId);
  }
  return fleets;
}

/** A run that reconcile began in the place of one that was terminated has its workflow id. */
const UNDER_WAY = `ExecutionStatus = "Running" AND WorkflowType IN ("migrateProject", "restoreInterrupted")`;

/** The refs of the projects whose migration runs, or is parked: they can say nothing for others. */
export async function refsUnderWay(): Promise<ReadonlySet<string>> {
  const { client } = Context.current();
  const usual = migrationWorkflowId('');
  const refs = new Set<string>();
  for await (const { workflowId } of client.workflow.list({
    query: UNDER_WAY,
    pageSize: PAGE_SIZE,
  }))
    if (workflowId.startsWith(usual)) refs.add(workflowId.slice(usual.length));
  return refs;
}

/** How a run stands with Temporal: open, ended by itself, ended from outside, or not known any more. */
export async function statusOf(
  client: Client,
  run: RunName,
): Promise<'open' | 'ended' | Interrupted['how']> {
  const status = (await find(client, run))?.status.name;
  if (status === undefined) return 'forgotten';
  if (status === 'RUNNING') return 'open';
  if (status === 'TERMINATED') return 'terminated';
  return status === 'TIMED_OUT' ? 'timed out' : 'ended';
}

/** Tells whether any run under the workflow id is open: it looks after the target itself. */
export async function hasOpenRun(client: Client, workflowId: string): Promise<boolean> {
  return (await find(client, { workflowId }))?.status.name === 'RUNNING';
}

/** Tells whether what the run left has been looked after already, under its workflow id. */
export async function wasRestored(
  client: Client,
  { workflowId, runId }: RunName,
): Promise<boolean> {
  const latest = await find(client, { workflowId });
  return latest?.type === 'restoreInterrupted' && latest.runId !== runId;
}

/** A marker that is to be replaced, but whose run is open: without the marker it could not be restored. */
export async function openRunProblems(marker: Marker | undefined): Promise<readonly Problem[]> {
  if (marker === undefined) return [];
  const { workflowId, runId } = marker;
  if ((await statusOf(Context.current().client, { workflowId, runId })) !== 'open') return [];
  return [
    {
      code: 'unfinished',
      message: `the migration whose marker the target carries is still running (workflow ${workflowId}, run ${runId}): cancel it first, or let it finish`,
    },
  ];
}

/** A run as it stands. */
export type LastRun = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'status' | 'startTime'>;

/** The newest run under any of some workflow ids, as Temporal itself has it, which lists may lag behind. */
export async function newestRun(
  client: Client,
  workflowIds: readonly string[],
): Promise<LastRun | undefined> {
  const runs: LastRun[] = [];
  for (const workflowId of new Set(workflowIds)) {
    const found = await find(client, { workflowId });
    if (found !== undefined) runs.push(found);
  }
  return runs.sort((a, b) => b.startTime.getTime() - a.startTime.getTime())[0];
}

/** What a run is listed by; `undefined` if it has not come as far as saying it. */
export function attributeOf(
  run: Pick<WorkflowExecutionInfo, 'typedSearchAttributes'>,
  attribute: string,
): string | undefined {
  const value = run.typedSearchAttributes.getAll().find(({ key }) => key.name === attribute)?.value;
  return typeof value === 'string' ? value : undefined;
}

const PAGE_SIZE = 1_000;

/** A run, or the newest one under a workflow id. */
interface RunOrNewest {
  readonly workflowId: string;
  readonly runId?: string | undefined;
}

/** Describes a run, or the newest one under a workflow id; `undefined` if Temporal does not know it, or not any more. */
async function find(
  client: Client,
  { workflowId, runId }: RunOrNewest,
): Promise<WorkflowExecutionDescription | undefined> {
  if (!canBeARun({ workflowId, runId })) return undefined;
  try {
    return await client.workflow.getHandle(workflowId, runId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** As Temporal makes ids of runs; asked about any other it answers that the question is wrong. */
const RUN_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What Temporal takes as an id of a workflow. */
const LONGEST_WORKFLOW_ID = 1_000;

/** Whether Temporal can have a run of that name; a marker, which anyone may have edited, can name any. */
function canBeARun({ workflowId, runId }: RunOrNewest): boolean {
  const canBeAWorkflow = workflowId !== '' && workflowId.length <= LONGEST_WORKFLOW_ID;
  return canBeAWorkflow && (runId === undefined || RUN_ID.test(runId));
}

function endedRun(run: WorkflowExecutionInfo): EndedRun | undefined {
  const projectRef = attributeOf(run, SEARCH_ATTRIBUTES.project);
  const databaseName = attributeOf(run, SEARCH_ATTRIBUTES.database);
  if (projectRef === undefined || databaseName === undefined) return undefined;
  const { workflowId, runId, type: workflowType } = run;
  const how = run.status.name === 'TIMED_OUT' ? 'timed out' : 'terminated';
  const startedAt = run.startTime.getTime();
  return {
    ...{ workflowId, runId, workflowType, startedAt, how, projectRef, databaseName },
    ...connectionsOf(run),
  };
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

function refOf(run: WorkflowExecutionInfo): string | undefined {
  const usual = migrationWorkflowId('');
  const own = run.workflowId.startsWith(usual) ? run.workflowId.slice(usual.length) : '';
  const ref = attributeOf(run, SEARCH_ATTRIBUTES.project) ?? own;
  return PROJECT_REF.test(ref) ? ref : undefined;
}

const connectionsMemo = z.object({
  connections: z.object({ source: z.string().optional(), target: z.string().optional() }),
});

/** The connections that a run has named in its memo; empty if it has not come as far as that. */
function connectionsOf({
  memo,
}: Pick<WorkflowExecutionInfo, 'memo'>): z.infer<typeof connectionsMemo>['connections'] {
  return connectionsMemo.safeParse(memo).data?.connections ?? {};
}
