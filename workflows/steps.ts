import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { attemptsWithin, FIRST_PAUSE, TIMING, type Timing } from './domain/timing';

/** No step is expected to take longer; a step that hangs is noticed by its silence long before. */
const LONGEST = '24 hours';

/** Plans: an unreachable server is tried again for about ten seconds, then the plan refuses. */
export function planning(summary: string): Activities {
  return proxyActivities<Activities>({
    summary,
    startToCloseTimeout: '1 hour',
    heartbeatTimeout: TIMING.silence,
    retry: {
      initialInterval: FIRST_PAUSE,
      backoffCoefficient: 2,
      maximumInterval: '4s',
      maximumAttempts: 5,
    },
  });
}

/** Steps of the procedure: passing failures are retried until they pass, permanent ones end it. */
export function working(summary: string, timing: Timing = TIMING): Activities {
  return proxyActivities<Activities>({
    summary,
    startToCloseTimeout: LONGEST,
    heartbeatTimeout: timing.silence,
    retry: retrying(timing),
  });
}

/** What undoes: tried again with growing pauses for the configured time before a person is asked. */
export function restoring(summary: string, timing: Timing = TIMING): Activities {
  return proxyActivities<Activities>({
    summary,
    startToCloseTimeout: LONGEST,
    heartbeatTimeout: timing.silence,
    retry: { ...retrying(timing), maximumAttempts: attemptsWithin(timing) },
  });
}

function retrying({ longestPause }: Timing) {
  const maximumInterval = Math.max(longestPause, FIRST_PAUSE);
  return { initialInterval: FIRST_PAUSE, backoffCoefficient: 2, maximumInterval };
}
