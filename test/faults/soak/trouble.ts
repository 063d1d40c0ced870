import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../../support/until';
import { LATE_MS, WORKERS } from '../matrix/faults/workers';
import { MISHAPS } from './mishaps';
import type { Basin } from './wave';

/** Lets one thing after another go wrong until it is told to stop; all is fixed when it resolves. */
export async function trouble(basin: Basin, over: AbortSignal): Promise<void> {
  const { lane, random, happened } = basin;
  while (await quiet(random.millis(500, 4_000), over)) {
    const [name, strike] = random.pick(MISHAPS);
    happened(name);
    await strike(lane, random);
  }
  await lane.crew.fill(WORKERS);
  const none = (): true | undefined => (lane.crew.busy === 0 ? true : undefined);
  await until('every late attempt to be over', none, { limitMs: LATE_MS });
}

/** Waits; tells whether that was to its end. */
function quiet(millis: number, over: AbortSignal): Promise<boolean> {
  return wait(millis, undefined, { signal: over }).then(
    () => true,
    () => false,
  );
}
