/** How patient the steps of a run are, in milliseconds. */
export interface Timing {
  /** A worker that says nothing for this long is taken to be dead. */
  readonly silence: number;
  /** The pauses between two attempts grow from a second up to this. */
  readonly longestPause: number;
  /** How long a restore that fails is tried, pauses counted, before a person is asked. */
  readonly parkAfter: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** What stands where the configuration says nothing. */
export const TIMING: Timing = {
  silence: 15 * SECOND,
  longestPause: 30 * SECOND,
  parkAfter: 15 * MINUTE,
};

/** The pause after the first attempt; each later one is twice as long, up to the longest. */
export const FIRST_PAUSE = SECOND;

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
