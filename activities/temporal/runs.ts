import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { z } from 'zod';
import type { RunName } from '../../workflows/domain/job';
import type { Interrupted } from '../../workflows/domain/interrupted';
import { SEARCH_ATTRIBUTES } from '../../workflows/domain/search-attributes';
import { Context } from '@temporalio/activity';
import type { Outcome } from '../../workflows/domain/report';
import { migrationWorkflowId, PROJECT_REF } from '../../workflows/domain/names';
import { projectSchema, type Project } from '../../workflows/domain/request';

/** The workflows that write into a target. */
const WRITERS = ['migrateProject', 'restoreProject'];

/** All workflows that may end as parked. */
const PARKABLE = [...WRITERS, 'backupProject', 'restoreInterrupted'];

const isOneOf = (types: readonly string[]): string =>
  `WorkflowType IN (${types.map((type) => `"${type}"`).join(', ')})`;

const outcomeIs = (outcome: Outcome | 'running'): string =>
  `${SEARCH_ATTRIBUTES.outcome} = "${outcome}"`;

const INTERRUPTED = `${isOneOf(WRITERS)} AND ExecutionStatus IN ("Terminated", "TimedOut") AND ${outcomeIs('running')}`;

const PARKED = `${isOneOf(PARKABLE)} AND ExecutionStatus = "Failed" AND ${outcomeIs('parked')}`;

/** What lists and `describe` say of a run alike. */
type RunInfo = Omit<WorkflowExecutionInfo, 'raw'>;

/** A run that closed before what it had begun was restored and proved. */
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
 * Lists the runs, of one project or of all, that were terminated or timed out before they had an outcome, or were
 * parked. A run that did not come as far as naming its project has touched nothing.
 */
export async function listEndedRuns(
  client: Client,
  projectRef?: string,
): Promise<readonly EndedRun[]> {
  const found = new Map<string, EndedRun>();
  for await (const run of endedRuns(client, projectRef)) {
    const named = describe(run);
    if (named !== undefined) found.set(named.runId, named);
  }
  return [...found.values()];
}

async function* endedRuns(client: Client, projectRef: string | undefined): AsyncGenerator<RunInfo> {
  const ofProject =
    projectRef === undefined ? '' : ` AND ${SEARCH_ATTRIBUTES.project} = "${projectRef}"`;
  for (const query of [INTERRUPTED, PARKED])
    yield* client.workflow.list({ query: `${query}${ofProject}` });
  if (projectRef === undefined) return;
  // A list may lag behind the end of the run.
  const last = await findRun(client, { workflowId: migrationWorkflowId(projectRef) });
  if (last !== undefined && isParked(last)) yield last;
}

function describe(run: RunInfo): EndedRun | undefined {
  const projectRef = attributeOf(run, SEARCH_ATTRIBUTES.project);
  const databaseName = attributeOf(run, SEARCH_ATTRIBUTES.database);
  const how = howItEnded(run);
  if (projectRef === undefined || databaseName === undefined || how === undefined) return undefined;
  const { workflowId, runId, type: workflowType } = run;
  const startedAt = run.startTime.getTime();
  return {
    ...{ workflowId, runId, workflowType, startedAt, how, projectRef, databaseName },
    ...connectionsOf(run),
  };
}

/** How a run ended that may have left something behind; `undefined` if it is open or cleaned up after itself. */
function howItEnded(run: RunInfo): Interrupted['how'] | undefined {
  if (run.status.name === 'TERMINATED') return 'terminated';
  if (run.status.name === 'TIMED_OUT') return 'timed out';
  return isParked(run) ? 'parked' : undefined;
}

/** Tells whether a run ended as parked. */
function isParked(run: RunInfo): boolean {
  return run.status.name === 'FAILED' && attributeOf(run, SEARCH_ATTRIBUTES.outcome) === 'parked';
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
function attributeOf(
  run: Pick<WorkflowExecutionInfo, 'typedSearchAttributes'>,
  attribute: string,
): string | undefined {
  const value = run.typedSearchAttributes.getAll().find(({ key }) => key.name === attribute)?.value;
  return typeof value === 'string' ? value : undefined;
}

/** How a run stands with Temporal: open, ended by itself, ended with something left behind, or not known any more. */
export async function statusOf(
  client: Client,
  { workflowId, runId }: RunName,
): Promise<'open' | 'ended' | Interrupted['how']> {
  const run = await findRun(client, { workflowId, runId });
  if (run === undefined) return 'forgotten';
  return run.status.name === 'RUNNING' ? 'open' : (howItEnded(run) ?? 'ended');
}

/** A run, or the latest one under a workflow id. */
interface RunOrLatest {
  readonly workflowId: string;
  readonly runId?: string | undefined;
}

/** A run as Temporal itself has it, which lists may lag behind; `undefined` if Temporal does not know it, or not any more. */
export async function findRun(
  client: Client,
  { workflowId, runId }: RunOrLatest,
): Promise<RunInfo | undefined> {
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
function canBeARun({ workflowId, runId }: RunOrLatest): boolean {
  const canBeAWorkflow = workflowId !== '' && workflowId.length <= LONGEST_WORKFLOW_ID;
  return canBeAWorkflow && (runId === undefined || RUN_ID.test(runId));
}

/** Lists the run ids of all open runs that write. */
export async function listOpenRunIds(client: Client): Promise<readonly string[]> {
  const query = `${isOneOf(WRITERS)} AND ExecutionStatus = "Running"`;
  const found: string[] = [];
  for await (const { runId } of client.workflow.list({ query })) found.push(runId);
  return found;
}

/** Tells whether what the run left has been restored already, under its workflow id. */
export async function wasRestored(
  client: Client,
  { workflowId, runId }: RunName,
): Promise<boolean> {
  const latest = await findRun(client, { workflowId });
  if (latest === undefined || latest.runId === runId) return false;
  return latest.type === 'restoreInterrupted' && !isParked(latest);
}

/** Outcomes of a run that leave nothing unproved in its target, whatever earlier runs have left. */
const SETTLING: readonly Outcome[] = ['migrated', 'restored', 'verified', 'abandoned'];

const SETTLED = `${isOneOf(PARKABLE)} AND ${SEARCH_ATTRIBUTES.outcome} IN (${SETTLING.map((outcome) => `"${outcome}"`).join(', ')})`;

/** Tells whether the run was parked, and no later run of the project has left its target proved. */
export async function isUnproved(
  client: Client,
  { how, workflowId, runId, startedAt, projectRef, databaseName }: EndedRun,
): Promise<boolean> {
  if (how !== 'parked') return false;
  // A list may lag behind the end of the run.
  const latest = await findRun(client, { workflowId });
  const { project, database, outcome } = SEARCH_ATTRIBUTES;
  const isLater = latest?.runId !== runId && latest !== undefined;
  const isOfTarget = isLater && attributeOf(latest, database) === databaseName;
  if (isOfTarget && SETTLING.some((one) => one === attributeOf(latest, outcome))) return false;
  const since = new Date(startedAt).toISOString();
  const { count } = await client.workflow.count(
    `${SETTLED} AND ${project} = "${projectRef}" AND ${database} = "${databaseName}" AND StartTime > "${since}"`,
  );
  return count === 0;
}

/** The run under the workflow id that is open, other than the one that asks: it looks after the target itself. */
export async function openRunOf(client: Client, workflowId: string): Promise<RunName | undefined> {
  const latest = await findRun(client, { workflowId });
  if (latest?.status.name !== 'RUNNING' || latest.runId === ownRunId()) return undefined;
  return { workflowId, runId: latest.runId };
}

function ownRunId(): string | undefined {
  return Context.current().info.workflowExecution?.runId;
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
    const run = await findRun(client, { workflowId });
    if (run !== undefined) runs.push(run);
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

/** A run that reconcile began in the place of one that was closed has its workflow id. */
const MIGRATING = isOneOf(['migrateProject', 'restoreInterrupted']);

const RUNNING_PAGE_SIZE = 1_000;

/** The refs of the projects whose migration runs, or was parked: they can say nothing for others. */
export async function refsUnderWay(): Promise<ReadonlySet<string>> {
  const { client } = Context.current();
  const usual = migrationWorkflowId('');
  const refs = new Set<string>();
  const query = `${MIGRATING} AND ExecutionStatus IN ("Running", "Failed")`;
  for await (const run of client.workflow.list({ query, pageSize: RUNNING_PAGE_SIZE })) {
    const isMeant = run.status.name === 'RUNNING' || isParked(run);
    if (isMeant && run.workflowId.startsWith(usual)) refs.add(run.workflowId.slice(usual.length));
  }
  return refs;
}
