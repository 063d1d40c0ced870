import {
  ApplicationFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import type { FleetProgress, FleetReport, FleetState } from '../../../../workflows/domain/fleet';
import {
  changedLimits,
  LIMITS,
  problemsOfLimits,
  type LimitsChange,
} from '../../../../workflows/domain/limits';
import { fleetProgress, fleetReport } from '../samples';

/** How a pretended fleet is to end. */
export type End =
  | { readonly how: 'complete' | 'fail'; readonly report: FleetReport }
  | { readonly how: 'continue' };

const become = defineSignal<[FleetProgress]>('become');
const end = defineSignal<[End]>('end');

/**
 * A fleet without projects that is and ends as the test's signals tell it. One that retries is freezing its list
 * until then, since what it retries is shown once, as soon as it runs.
 */
export async function migrateAll(input: unknown): Promise<FleetReport> {
  const isRetrying = workflowInfo().workflowId === 'retry-failed';
  let now = fleetProgress({ limits: LIMITS, state: isRetrying ? 'freezing' : 'running' });
  let ending: End | undefined;
  setHandler(defineQuery('progress'), () => now);
  setHandler(become, (next) => {
    now = next;
  });
  setHandler(end, (next) => {
    ending = next;
  });
  answerUpdates(
    () => now,
    (change) => (now = { ...now, ...change }),
  );
  try {
    await condition(() => ending !== undefined);
  } catch (error) {
    if (isCancellation(error)) upsertMemo({ report: fleetReport({ outcome: 'cancelled' }) });
    throw error;
  }
  if (ending?.how === 'complete') return ending.report;
  if (ending?.how !== 'fail') return continueAsNew<typeof migrateAll>(input);
  const details = [ending.report];
  throw ApplicationFailure.create({ type: 'FleetStopped', nonRetryable: true, details });
}

type Change = (change: Partial<FleetProgress>) => FleetProgress;

function answerUpdates(read: () => FleetProgress, change: Change): void {
  const states: readonly [string, FleetState][] = [
    ['pause', 'paused'],
    ['resume', 'running'],
    ['stopAfterCurrent', 'stopping'],
  ];
  for (const [name, state] of states) {
    setHandler(defineUpdate<FleetProgress>(name), () => change({ state }), {
      validator: () => {
        if (read().state === state) throw new Error(`the fleet is ${state} already`);
      },
    });
  }
  setHandler(
    defineUpdate<FleetProgress, [LimitsChange]>('changeLimits'),
    (limits) => change({ limits: changedLimits(read().limits ?? LIMITS, limits) }),
    {
      validator: (limits) => {
        const [problem] = problemsOfLimits(limits);
        if (problem !== undefined) throw new Error(problem);
      },
    },
  );
}
