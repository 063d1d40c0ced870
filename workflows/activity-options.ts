import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  proxyActivities,
  workflowInfo,
  type ActivityOptions,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { isNotStarted } from './run/failure-cause';
import type { RunName } from './domain/job';
import { hostQueueOf } from './domain/names';
import type { HostAwaited } from './domain/progress';
import { attemptsWithin, FIRST_PAUSE, hostWait, TIMING, type Timing } from './domain/timing';

/**
 * An attempt that is alive is never ended for its length: a comparison of a large project takes as long as it
 * takes. A dead one is noticed by its heartbeat timeout.
 */
const LONGEST = '30 days';

/** A plan that was asked of a host is not waited for without end: nothing depends on it yet. */
const PLAN_STARTED_WITHIN = '30s';

/** How patiently a step runs, and at which host; without one, at any. */
export interface Placed {
  readonly timing?: Timing | undefined;
  readonly host?: string | undefined;
}

/** Shows that a step waits for its host; `undefined`: it does no more. */
export interface HostDisplay {
  awaits(awaited: HostAwaited | undefined): void;
}

/** Calls one activity. */
export type Use<T> = (activities: Activities) => Promise<T>;

/**
 * Plans: an unreachable server is tried again for about ten seconds, then the plan refuses. If no worker of the
 * host starts it in time, the failure is a timeout.
 */
export function planning(summary: string, host?: string): Activities {
  return proxyActivities<Activities>({
    ...common(summary, TIMING),
    retry: {
      initialInterval: FIRST_PAUSE,
      backoffCoefficient: 2,
      maximumInterval: '4s',
      maximumAttempts: 5,
    },
    ...(host !== undefined && { ...at(host), scheduleToStartTimeout: PLAN_STARTED_WITHIN }),
  });
}

/**
 * Plans at the host that the request names, if it names one. Without a worker of it, and if none starts the plan in
 * time, the failure is `NotFound` and names the host.
 */
export async function planningAtHost<T>(
  summary: string,
  host: string | undefined,
  use: Use<T>,
): Promise<T> {
  if (host === undefined) return use(planning(summary));
  await planning(`is there a worker of host ${host}?`).findHost(host);
  try {
    return await use(planning(summary, host));
  } catch (error) {
    if (!(error instanceof ActivityFailure) || !isNotStarted(error)) throw error;
    const message = `no worker of host "${host}" has started the plan within ${PLAN_STARTED_WITHIN}: start one, wait if all are busy, or name another host`;
    throw ApplicationFailure.nonRetryable(message, 'NotFound');
  }
}

/** Steps of the procedure: passing failures are retried until they pass, permanent ones end it. */
export function working<T>(
  summary: string,
  { timing = TIMING, host }: Placed,
  use: Use<T>,
  display?: HostDisplay,
): Promise<T> {
  const options = { ...common(summary, timing), retry: retrying(timing) };
  return atHost({ options, host, timing, display }, use);
}

/** A restore, and whether it is done in the place of a closed run. */
export interface PlacedRestore extends Placed {
  readonly insteadOf?: RunName | undefined;
}

/**
 * What restores: tried again with growing pauses for the configured time before the run is parked. The run itself
 * waits for its host without end. In the place of a closed run, the host has that time too: whoever looks
 * after several runs must not be held up by one lost host.
 */
export function restoring<T>(
  summary: string,
  { timing = TIMING, host, insteadOf }: PlacedRestore,
  use: Use<T>,
  display?: HostDisplay,
): Promise<T> {
  const retry = { ...retrying(timing), maximumAttempts: attemptsWithin(timing) };
  const options = { ...common(summary, timing), retry };
  const patience = insteadOf === undefined ? Infinity : timing.parkAfter;
  return atHost({ options, host, timing, display, patience }, use);
}

interface HostBound {
  readonly options: ActivityOptions;
  readonly host: string | undefined;
  readonly timing: Timing;
  readonly display: HostDisplay | undefined;
  /** Milliseconds after which no further round begins. */
  readonly patience?: number;
}

/**
 * Calls the activity where the backup is. If no worker of that host starts it, it is scheduled again, by default
 * without end, for no one else has the backup. Each round costs `EVENTS_PER_ROUND` events of the history; their number
 * is bounded since each round is twice as long as the one before.
 */
async function atHost<T>(
  { options, host, timing, display, patience = Infinity }: HostBound,
  use: Use<T>,
): Promise<T> {
  if (host === undefined) return use(proxyActivities<Activities>(options));
  const since = new Date().toISOString();
  let waited = 0;
  for (let round = 0; ; round += 1) {
    const scheduleToStartTimeout = hostWait(timing, round);
    const activities = proxyActivities<Activities>({
      ...options,
      ...at(host),
      scheduleToStartTimeout,
    });
    try {
      return await use(activities);
    } catch (error) {
      if (!(error instanceof ActivityFailure) || !isNotStarted(error)) throw error;
      waited += scheduleToStartTimeout;
      if (waited >= patience) throw hostIsAway(host, waited);
      display?.awaits({ host, activity: error.activityType, since });
    }
  }
}

function hostIsAway(host: string, waited: number): ApplicationFailure {
  const message = `no worker of host "${host}" has started the restore within ${waited / 1_000} s: start one there, then restore again`;
  return ApplicationFailure.nonRetryable(message, 'NotFound');
}

/**
 * The SDK's documentation says that it waits for a cancelled activity by default; it does not. Whatever
 * follows a cancelled step must not begin while the step may still write.
 */
function common(summary: string, { silence }: Timing): ActivityOptions {
  return {
    summary,
    startToCloseTimeout: LONGEST,
    heartbeatTimeout: silence,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  };
}

function at(host: string): Pick<ActivityOptions, 'taskQueue'> {
  return { taskQueue: hostQueueOf(workflowInfo().taskQueue, host) };
}

function retrying({ longestPause }: Timing) {
  const maximumInterval = Math.max(longestPause, FIRST_PAUSE);
  return { initialInterval: FIRST_PAUSE, backoffCoefficient: 2, maximumInterval };
}
