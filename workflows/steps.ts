import { proxyActivities, workflowInfo, type ActivityOptions } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { hostQueueOf } from './domain/names';
import { attemptsWithin, FIRST_PAUSE, TIMING, type Timing } from './domain/timing';

/** No step is expected to take longer; a step that hangs is noticed by its silence long before. */
const LONGEST = '24 hours';

/** A plan that was asked of a host is not waited for without end: nothing depends on it yet. */
const PLAN_TAKEN_WITHIN = '30s';

/** How patiently a step runs, and at which host; without one, at any. */
export interface Placed {
  readonly timing?: Timing | undefined;
  readonly host?: string | undefined;
}

/** Plans: an unreachable server is tried again for about ten seconds, then the plan refuses. */
export function planning(summary: string, host?: string): Activities {
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
    ...(host !== undefined && { ...at(host), scheduleToStartTimeout: PLAN_TAKEN_WITHIN }),
  });
}

/**
 * Steps of the procedure: passing failures are retried until they pass, permanent ones end it. Where the
 * step's host is gone it waits without end: nobody else has the backup.
 */
export function working(summary: string, { timing = TIMING, host }: Placed = {}): Activities {
  return proxyActivities<Activities>({
    summary,
    startToCloseTimeout: LONGEST,
    heartbeatTimeout: timing.silence,
    retry: retrying(timing),
    ...at(host),
  });
}

/** What undoes: tried again with growing pauses for the configured time before a person is asked. */
export function restoring(summary: string, { timing = TIMING, host }: Placed = {}): Activities {
  return proxyActivities<Activities>({
    summary,
    startToCloseTimeout: LONGEST,
    heartbeatTimeout: timing.silence,
    retry: { ...retrying(timing), maximumAttempts: attemptsWithin(timing) },
    ...at(host),
  });
}

function at(host: string | undefined): Pick<ActivityOptions, 'taskQueue'> {
  return host === undefined ? {} : { taskQueue: hostQueueOf(workflowInfo().taskQueue, host) };
}

function retrying({ longestPause }: Timing) {
  const maximumInterval = Math.max(longestPause, FIRST_PAUSE);
  return { initialInterval: FIRST_PAUSE, backoffCoefficient: 2, maximumInterval };
}
