import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';

/** A worker that says nothing for this long is taken to be dead. */
const SILENCE = '15 seconds';

/** No step is expected to take longer; a step that hangs is noticed by its silence long before. */
const LONGEST = '24 hours';

/** Plans: an unreachable server is tried again for about ten seconds, then the plan refuses. */
export function planning(summary: string): Activities {
  return proxyActivities<Activities>({
    summary,
    startToCloseTimeout: '1 hour',
    heartbeatTimeout: SILENCE,
    retry: {
      initialInterval: '1s',
      backoffCoefficient: 2,
      maximumInterval: '4s',
      maximumAttempts: 5,
    },
  });
}

/** Steps of the procedure: passing failures are retried until they pass, permanent ones end it. */
export function working(summary: string): Activities {
  return proxyActivities<Activities>({
    summary,
    startToCloseTimeout: LONGEST,
    heartbeatTimeout: SILENCE,
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
  });
}

/** The restore: tried again with growing pauses before a person is asked. */
export function restoring(summary: string): Activities {
  return proxyActivities<Activities>({
    summary,
    startToCloseTimeout: LONGEST,
    heartbeatTimeout: SILENCE,
    retry: {
      initialInterval: '1s',
      backoffCoefficient: 2,
      maximumInterval: '1 minute',
      maximumAttempts: 12,
    },
  });
}
