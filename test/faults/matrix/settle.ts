import type { WorkflowHandle } from '@temporalio/client';
import { ServiceError } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../../../workflows/domain/search-attributes';
import { until } from '../../support/until';

/** How a run ended by its own account. */
export interface Account {
  readonly status: string;
  /** `MoveoutOutcome` at the end; empty where the run never said one. */
  readonly outcome: string;
  /** Whether it was parked at first. */
  readonly wasParked: boolean;
}

const OUTCOME = defineSearchAttributeKey(SEARCH_ATTRIBUTES.outcome, SearchAttributeType.KEYWORD);

const LIMIT_MS = 180_000;

/** By the numbers of `temporal.api.enums.v1.PendingActivityState`. */
const STATES = ['in no state', 'scheduled', 'started', 'being cancelled'];

/** Follows a run to its end. A Temporal server that is away is waited for. */
export async function settle(handle: WorkflowHandle): Promise<Account> {
  return until(
    `the end of ${handle.workflowId}`,
    async () => {
      const now = await patiently(() => handle.describe());
      if (now === undefined || now.status.name === 'RUNNING') return undefined;
      const outcome = now.typedSearchAttributes.get(OUTCOME) ?? '';
      return { status: now.status.name, outcome, wasParked: outcome === 'parked' };
    },
    { limitMs: LIMIT_MS },
  ).catch(async (error: unknown) => {
    throw new Error(`${String(error)}; ${await pendingOf(handle)}`, { cause: error });
  });
}

/** What a run that does not end waits for. */
async function pendingOf(handle: WorkflowHandle): Promise<string> {
  const { raw, status } = await handle.describe();
  const pending = (raw.pendingActivities ?? []).map((activity) =>
    [
      activity.activityType?.name,
      `attempt ${String(activity.attempt)}`,
      STATES[activity.state ?? 0] ?? 'in no state',
      `worker "${activity.lastWorkerIdentity ?? ''}"`,
      activity.lastFailure?.message,
    ].join(', '),
  );
  return `${status.name}; pending: ${pending.join(' and ') || 'none'}`;
}

async function patiently<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ServiceError) return undefined;
    throw error;
  }
}
