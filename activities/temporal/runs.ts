import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { z } from 'zod';
import type { RunName } from '../../workflows/domain/job';
import type { Interrupted } from '../../workflows/domain/interrupted';
import { SEARCH_ATTRIBUTES } from '../../workflows/domain/search-attributes';
import { canBeARun, canBeAWorkflow } from './run-name';
import { Context } from '@temporalio/activity';
import type { Problem } from '../../workflows/domain/plan';
import type { Marker } from '../postgres/lease';
import { migrationWorkflowId, PROJECT_REF } from '../../workflows/domain/names';
import { projectSchema, type Project } from '../../workflows/domain/request';

/** The workflows that write into a target. */
const WRITERS = ['migrateProject', 'restoreProject'];

const TYPES = `WorkflowType IN (${WRITERS.map((type) => `"${type}"`).join(', ')})`;

const QUERY = [
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
  for await (const run of client.workflow.list({ query: QUERY })) {
    const named = describe(run);
    if (named !== undefined) found.push(named);
  }
  return found;
}

function describe(run: WorkflowExecutionInfo): EndedRun | undefined {
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

const connectionsMemo = z.object({
  connections: z.object({ source: z.string().optional(), target: z.string().optional() }),
});

/** The connections that a run has named in its memo; empty if it has not come as far as that. */
function connectionsOf({
  memo,
}: Pick<WorkflowExecutionInfo, 'memo'>): z.infer<typeof connectionsMemo>['connections'] {
  return connectionsMemo.safeParse(memo).data?.connections ?? {};
}

/** What a run is listed by; `undefined` if it has not come as far as saying it. */
export function attributeOf(
  run: Pick<WorkflowExecutionInfo, 'typedSearchAttributes'>,
  attribute: string,
): string | undefined {
  const value = run.typedSearchAttributes.getAll().find(({ key }) => key.name === attribute)?.value;
  return typeof value === 'string' ? value : undefined;
}

/** How a run stands with Temporal: open, ended by itself, ended from outside, or not known any more. */
export async function statusOf(
  client: Client,
  { workflowId, runId }: RunName,
): Promise<'open' | 'ended' | Interrupted['how']> {
  if (!canBeARun({ workflowId, runId })) return 'forgotten';
  try {
    const { status } = await client.workflow.getHandle(workflowId, runId).describe();
    if (status.name === 'RUNNING') return 'open';
    if (status.name === 'TERMINATED') return 'terminated';
    return status.name === 'TIMED_OUT' ? 'timed out' : 'ended';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'forgotten';
    throw error;
  }
}

/** Lists the run ids of all open runs that write. */
export async function listOpenRunIds(client: Client): Promise<readonly string[]> {
  const query = `${TYPES} AND ExecutionStatus = "Running"`;
  const found: string[] = [];
  for await (const { runId } of client.workflow.list({ query })) found.push(runId);
  return found;
}

/** Tells whether what the run left has been looked after already, under its workflow id. */
export async function wasRestored(
  client: Client,
  { workflowId, runId }: RunName,
): Promise<boolean> {
  const latest = await client.workflow.getHandle(workflowId).describe();
  return latest.runId !== runId && latest.type === 'restoreInterrupted';
}

/** Tells whether any run under the workflow id is open: it looks after the target itself. */
export async function hasOpenRun(client: Client, workflowId: string): Promise<boolean> {
  if (!canBeAWorkflow(workflowId)) return false;
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** A marker that is to be replaced, but whose run is open: without the marker it could not be restored. */
export async function openRunProblems(marker: Marker | undefined): Promise<readonly Problem[]> {
  if (marker === undefined || !(await isOpen(marker))) return [];
  return [
    {
      code: 'unfinished',
      message: `the migration whose marker the target carries is still running (workflow ${marker.workflowId}, run ${marker.runId}): cancel it first, or let it finish`,
    },
  ];
}

async function isOpen({ workflowId, runId }: Marker): Promise<boolean> {
  if (!canBeARun({ workflowId, runId })) return false;
  const handle = Context.current().client.workflow.getHandle(workflowId, runId);
  try {
    return (await handle.describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

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

/** A run that reconcile began in the place of one that was terminated has its workflow id. */
const RUNNING = `ExecutionStatus = "Running" AND WorkflowType IN ("migrateProject", "restoreInterrupted")`;

const RUNNING_PAGE_SIZE = 1_000;

/** The refs of the projects whose migration runs, or is parked: they can say nothing for others. */
export async function refsUnderWay(): Promise<ReadonlySet<string>> {
  const { client } = Context.current();
  const usual = migrationWorkflowId('');
  const refs = new Set<string>();
  for await (const { workflowId } of client.workflow.list({
    query: RUNNING,
    pageSize: RUNNING_PAGE_SIZE,
  }))
    if (workflowId.startsWith(usual)) refs.add(workflowId.slice(usual.length));
  return refs;
}
