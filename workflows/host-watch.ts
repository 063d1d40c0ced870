import {
  CancellationScope,
  condition,
  proxyActivities,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { hostQueueOf } from './domain/names';
import type { HostAwaited } from './domain/progress';
import { TIMING } from './domain/timing';
import type { Placed } from './steps';

/** A look comes after twice the silence of a dead worker, and each next one after twice as long. */
const LONGEST_PAUSE = 10 * 60_000;

/** The run that is watched. */
export interface Watched {
  /** Shows what the run waits for; `undefined`: it waits for no host. */
  readonly awaits: (awaited: HostAwaited | undefined) => void;
  /** Whether it waits for a person: then nothing lies at its host. */
  readonly isParked: () => boolean;
}

/**
 * Looks now and then, beside the steps and for as long as the run lasts, whether one of them lies at a
 * host that is gone, so that the run can say so. Whatever becomes of a look, the steps do not notice.
 */
export function watchHost(watched: Watched, { host, timing = TIMING }: Placed): void {
  if (host === undefined) return;
  const patience = timing.silence;
  const look = { host, taskQueue: hostQueueOf(workflowInfo().taskQueue, host), patience };
  const { lookForHost } = proxyActivities<Activities>({
    summary: `is host ${host} there?`,
    startToCloseTimeout: '10s',
    retry: { maximumAttempts: 1 },
  });
  // A cancelled run goes back at that same host.
  void CancellationScope.nonCancellable(async () => {
    for (let pause = 2 * patience; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      await condition(() => !watched.isParked());
      await sleep(pause);
      // Only what is shown depends on it, and the next look comes.
      watched.awaits(await lookForHost(look).catch(() => undefined));
    }
  });
}
