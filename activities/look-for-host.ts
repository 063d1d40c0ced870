import { Context } from '@temporalio/activity';
import type { HostAwaited } from '../workflows/domain/progress';

/** Temporal's numbers (`temporal.api.enums.v1`). */
const SCHEDULED = 1;
const OF_ACTIVITIES = Object.fromEntries([['taskQueueType', 2]]);

/** Which host, by its task queue, and for how long a step may lie there, in milliseconds. */
export interface HostLook {
  readonly host: string;
  readonly taskQueue: string;
  readonly patience: number;
}

/** Tells what of the asking run lies at a host and since when, where nobody has taken it up in time. */
export async function lookForHost(look: HostLook): Promise<HostAwaited | undefined> {
  const { client, info } = Context.current();
  if (info.workflowExecution === undefined) return undefined;
  const { workflowId, runId } = info.workflowExecution;
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  const waiting = (raw.pendingActivities ?? [])
    .filter(
      ({ state, activityId }) => Number(state) === SCHEDULED && activityId !== info.activityId,
    )
    .map(({ activityType, scheduledTime }) => ({
      activity: activityType?.name ?? '?',
      since: millisOf(scheduledTime),
    }))
    .find(({ since }) => Date.now() - since > look.patience);
  if (waiting === undefined) return undefined;
  const { activity, since } = waiting;
  const lastAsked = await lastAskedAt(look.taskQueue);
  return { host: look.host, activity, since: new Date(since).toISOString(), lastAsked };
}

/** When a worker last asked for activities there; `undefined` where none has within minutes. */
async function lastAskedAt(name: string): Promise<string | undefined> {
  const { client } = Context.current();
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name },
    ...OF_ACTIVITIES,
  });
  const times = pollers.map(({ lastAccessTime }) => millisOf(lastAccessTime));
  return times.length === 0 ? undefined : new Date(Math.max(...times)).toISOString();
}

interface Timestamp {
  readonly seconds?: unknown;
  readonly nanos?: number | null;
}

function millisOf(time: Timestamp | null | undefined): number {
  return Number(time?.seconds ?? 0) * 1_000 + (time?.nanos ?? 0) / 1e6;
}
