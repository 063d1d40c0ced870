import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { z } from 'zod';
import type { RunName } from '../../workflows/domain/job';
import type { Interrupted } from '../../workflows/domain/interrupted';
import { SEARCH_ATTRIBUTES } from '../../workflows/domain/search-attributes';
import { canBeARun, canBeAWorkflow } from '../run-name';

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
export function connectionsOf({
  memo,
}: Pick<WorkflowExecutionInfo, 'memo'>): z.infer<typeof connectionsMemo>['connections'] {
  return connectionsMemo.safeParse(memo).data?.connections ?? {};
}

/** What a run is listed by; `undefined` where it has not come as far as saying it. */
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
