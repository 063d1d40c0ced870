import type { Client } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils';
import { defaultPayloadConverter } from '@temporalio/common';
import { z } from 'zod';
import type { Job, RunName } from '../../workflows/domain/job';
import type { Interrupted } from '../../workflows/domain/interrupted';
import { hostOfQueue } from '../../workflows/domain/names';
import { failure } from '../runtime/failure';

/** The steps whose input is a job; the newest one says most. */
const WITH_A_JOB: readonly string[] = [
  'initSchema',
  'migrateAuth',
  'migrateStorage',
  'restoreRows',
  'finishSchema',
  'verifyProject',
  'removeMarker',
  'restoreProject',
];

const job = z.custom<Job>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    'targetBefore' in value &&
    'target' in value &&
    'extent' in value,
);

/** What a run's history says of it. */
export interface Recorded {
  /** What its restore has to know; absent if it never wrote into a database. */
  readonly job?: Job | undefined;
  /** The host that its steps were sent to; absent if it came to none, or they went to any. */
  readonly host?: string | undefined;
}

/** Finds in a run's history what its restore has to know, and if its backups are. */
export async function readRecorded(
  client: Client,
  { workflowId, runId }: RunName,
): Promise<Recorded> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const all = events ?? [];
  const scheduled = all.map((event) => event.activityTaskScheduledEventAttributes);
  const hosts = scheduled.map((one) => hostOfQueue(one?.taskQueue?.name ?? ''));
  const host = hosts.findLast((one) => one !== undefined);
  const at = scheduled.findLastIndex((one) => WITH_A_JOB.includes(one?.activityType?.name ?? ''));
  const payload = scheduled[at]?.input?.payloads?.[0];
  if (payload === undefined) return { host };
  const parsed = job.safeParse(defaultPayloadConverter.fromPayload<unknown>(payload));
  if (!parsed.success) return { host };
  // Once it has restored another run first, the run has begun nothing but what is its own.
  if (parsed.data.insteadOf !== undefined && hasCompleted(all, at)) return { host };
  return { job: parsed.data, host: parsed.data.host ?? host };
}

type HistoryEvents = NonNullable<History['events']>;

/** Tells whether the activity that was scheduled by the event at this index has completed. */
function hasCompleted(events: HistoryEvents, at: number): boolean {
  const scheduledBy = String(events[at]?.eventId);
  return events.some(
    ({ activityTaskCompletedEventAttributes: completed }) =>
      completed && String(completed.scheduledEventId) === scheduledBy,
  );
}

const interrupted = z.custom<Interrupted>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    'project' in value &&
    'target' in value &&
    'backupIds' in value,
);

/** Reads from the history of a `restoreInterrupted` which run it was to restore. */
export async function readRestoredRun(
  client: Client,
  { workflowId, runId }: RunName,
): Promise<Interrupted> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const payload = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  if (payload === undefined)
    throw failure('NotFound', `run ${runId} of ${workflowId} does not say which run it restores`);
  return interrupted.parse(defaultPayloadConverter.fromPayload<unknown>(payload));
}
