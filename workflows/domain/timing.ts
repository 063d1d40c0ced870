/** How patient the steps of a run are, in milliseconds. */
export interface Timing {
  /** Heartbeat timeout: an attempt without a heartbeat for this long has failed. */
  readonly silence: number;
  /** Maximum retry interval: the pause between two attempts grows from a second up to this. */
  readonly longestPause: number;
  /** How long a failing restore is retried, pauses included, before the run ends as parked. */
  readonly parkAfter: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** The defaults if the configuration sets nothing. */
export const TIMING: Timing = {
  silence: 15 * SECOND,
  longestPause: 30 * SECOND,
  parkAfter: 15 * MINUTE,
};

/** The pause after the first attempt; each later one is twice as long, up to the longest. */
export const FIRST_PAUSE = SECOND;

const HOUR = 60 * MINUTE;

/** The longest round in which a step waits for its host. */
const LONGEST_HOST_WAIT = 12 * HOUR;

/**
 * What one round costs a run's history: the activity is scheduled and times out, and a workflow task is
 * scheduled, started and completed.
 */
export const EVENTS_PER_ROUND = 5;

/**
 * How long, in milliseconds, a step waits in its nth round for its host to start it before it is scheduled
 * again. Each is twice as long as the one before, so that a run that waits for a lost host adds at most 75 events
 * on its first day and 10 on each further one; the server ends a run at 51,200. A worker that comes back starts
 * the step at once in whichever round.
 */
export function hostWait({ silence }: Timing, round: number): number {
  return Math.min(2 * silence * 2 ** round, LONGEST_HOST_WAIT);
}

/** How many attempts it takes until the pauses between them sum up to `parkAfter`. */
export function attemptsWithin({ longestPause, parkAfter }: Timing): number {
  let attempts = 1;
  let waited = 0;
  for (let pause = FIRST_PAUSE; waited < parkAfter; pause *= 2) {
    waited += Math.min(pause, Math.max(longestPause, FIRST_PAUSE));
    attempts += 1;
  }
  return attempts;
}
