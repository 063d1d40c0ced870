import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { z } from 'zod';
import type { Job, RunName } from '../../workflows/domain/job';

/** The steps whose input is a job; the newest one says most. */
const WITH_A_JOB: readonly string[] = [
  'initSchema',
  'migrateAuth',
  'migrateStorage',
  'restoreRows',
  'finishSchema',
  'verifyProject',
  'completeMigration',
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

/** Finds in a run's history what its restore has to know; `undefined` where it never wrote. */
export async function recordedJob(
  client: Client,
  { workflowId, runId }: RunName,
): Promise<Job | undefined> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const scheduled = (events ?? []).map((event) => event.activityTaskScheduledEventAttributes);
  const last = scheduled.findLast((one) => WITH_A_JOB.includes(one?.activityType?.name ?? ''));
  const payload = last?.input?.payloads?.[0];
  if (payload === undefined) return undefined;
  const parsed = job.safeParse(defaultPayloadConverter.fromPayload<unknown>(payload));
  return parsed.success ? parsed.data : undefined;
}
