import type { Gate, Member } from '../../ground/crew';
import { until } from '../../../support/until';
import type { Fault } from '../fault';
import type { Scene } from '../scene';

/** How many workers a lane has. */
export const WORKERS = 2;

/** What a late attempt may take to find out that it is late, in milliseconds. */
export const LATE_MS = 120_000;

/** kill -9 of the worker that works, and a new one in its place. */
export const workerKilled: Fault = {
  name: 'worker killed',
  strike: async ({ lane, held, drop }) => {
    await lane.crew.dismiss(held.member);
    drop();
    await lane.crew.fill(WORKERS);
  },
};

/** The worker stops for longer than Temporal waits, another goes on, and it wakes up after the end. */
export const workerPaused: Fault = {
  name: 'worker paused, wakes late',
  strike: ({ held }) => {
    pause(held.member);
    return Promise.resolve();
  },
  afterwards: wakeUp,
};

/** Stops a worker at once; what asks for work in it is cut off as well, or it would be given some. */
export function pause(member: Member): void {
  member.worker.pause();
  member.network.cut();
}

/** Wakes the worker up, in the middle of what it was doing, and waits until its attempt is over. */
export async function wakeUp({ lane, held, release }: Scene): Promise<undefined> {
  release();
  held.member.network.fix();
  held.member.worker.wake();
  await lateAttemptOver(lane.crew, held);
}

/** Resolves when the attempt has ended in its worker. */
export async function lateAttemptOver(crew: Scene['lane']['crew'], held: Gate): Promise<string> {
  const { activity, attempt, runId } = held;
  return until(
    `the late attempt of ${activity} to end`,
    () =>
      crew.over.find(
        (over) => over.activity === activity && over.attempt === attempt && over.runId === runId,
      )?.said,
    { limitMs: LATE_MS },
  );
}
