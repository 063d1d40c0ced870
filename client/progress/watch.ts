import { defaultPayloadConverter } from '@temporalio/common';
import type { Client, WorkflowExecutionDescription, WorkflowHandle } from '@temporalio/client';
import { z } from 'zod';
import type { FleetProgress } from '../../workflows/domain/fleet';
import type { Progress } from '../../workflows/domain/progress';

/** A worker that is busy or gone must not hold up the display. */
const ANSWER_WITHIN_MS = 2_000;

const heartbeatSchema = z.object({
  step: z.string(),
  rows: z.number(),
  bytes: z.number(),
  table: z.string().optional(),
  totalRows: z.number().optional(),
  waitsFor: z.string().optional(),
});

/** An activity that Temporal counts as not done: what it said last, and why its last attempt failed. */
export interface Pending {
  readonly activity: string;
  readonly attempt: number;
  readonly lastFailure?: string | undefined;
  readonly heartbeat?: z.infer<typeof heartbeatSchema> | undefined;
}

/** A run as it is now. `progress` is absent while no worker answers. */
export interface Look {
  /** The run that was looked at: where one has continued as new, the last of its chain. */
  readonly handle: WorkflowHandle;
  readonly isRunning: boolean;
  /** Seconds for which no worker has picked up the run's next workflow task. */
  readonly unserved: number;
  readonly pending: readonly Pending[];
  readonly progress?: Progress | undefined;
  readonly fleet?: FleetProgress | undefined;
}

/** Looks at a run once. Rejects only where Temporal itself does not answer. */
export async function look(client: Client, handle: WorkflowHandle): Promise<Look> {
  const description = await client.withDeadline(Date.now() + 5_000, () => handle.describe());
  const { raw, type, status } = description;
  if (status.name === 'CONTINUED_AS_NEW') return look(client, await nextRun(client, handle));
  const isFleet = type === 'migrateAll';
  const isPlan = type === 'planProject' || type === 'planRestore';
  const answer = isPlan ? undefined : await ask(client, handle);
  const progress = isFleet ? undefined : progressSchema.safeParse(answer).data;
  return {
    handle,
    isRunning: status.name === 'RUNNING',
    unserved: unservedSeconds(description),
    pending: (raw.pendingActivities ?? []).map(pendingOf),
    progress,
    fleet: isFleet ? fleetSchema.safeParse(answer).data : undefined,
  };
}

const progressSchema = z.custom<Progress>(
  (value) => typeof value === 'object' && value !== null && 'steps' in value && 'outcome' in value,
);

const fleetSchema = z.custom<FleetProgress>(
  (value) => typeof value === 'object' && value !== null && 'fleetId' in value && 'counts' in value,
);

async function ask(client: Client, handle: WorkflowHandle): Promise<unknown> {
  try {
    return await client.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
      handle.query<unknown>('progress'),
    );
  } catch {
    // No worker, or one that has not come so far: the next look tells.
    return undefined;
  }
}

type RawPendingActivity = NonNullable<
  WorkflowExecutionDescription['raw']['pendingActivities']
>[number];

function pendingOf(activity: RawPendingActivity): Pending {
  const payload = activity.heartbeatDetails?.payloads?.[0];
  const said: unknown = payload ? defaultPayloadConverter.fromPayload(payload) : undefined;
  return {
    activity: activity.activityType?.name ?? '?',
    attempt: activity.attempt ?? 1,
    lastFailure: activity.lastFailure?.message ?? undefined,
    heartbeat: heartbeatSchema.safeParse(said).data,
  };
}

function unservedSeconds({ raw }: WorkflowExecutionDescription): number {
  const task = raw.pendingWorkflowTask;
  const since = task?.scheduledTime?.seconds;
  if (!task || since === null || since === undefined || task.startedTime) return 0;
  return Math.max(0, Date.now() / 1000 - Number(since));
}

/** The run that goes on where a run has continued as new. Rejects where it has not. */
async function nextRun(client: Client, handle: WorkflowHandle): Promise<WorkflowHandle> {
  const { workflowId } = handle;
  const { runId } = await handle.describe();
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const last = history?.events?.[0];
  const next = last?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  if (next === null || next === undefined || next === '') {
    throw new Error(`run ${runId} of ${workflowId} does not say which run goes on with it`);
  }
  return client.workflow.getHandle(workflowId, next);
}
