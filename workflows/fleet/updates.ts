import { defineQuery, defineUpdate, setHandler } from '@temporalio/workflow';
import type { FleetProgress } from '../domain/fleet';
import { LIMITS, problemsOfLimits, type LimitsChange } from '../domain/limits';
import { progressOf } from './progress';
import { beginStanding } from './state';

/** What an operator can ask of a fleet that runs. */
export interface Steered {
  readonly isEnding: boolean;
  readonly isPaused: boolean;
  progress(): FleetProgress;
  pause(): void;
  resume(): void;
  change(limits: LimitsChange): void;
  stop(): void;
}

const progressQuery = defineQuery<FleetProgress>('progress');
const pauseUpdate = defineUpdate<FleetProgress>('pause');
const resumeUpdate = defineUpdate<FleetProgress>('resume');
const changeLimitsUpdate = defineUpdate<FleetProgress, [LimitsChange]>('changeLimits');
const stopUpdate = defineUpdate<FleetProgress>('stopAfterCurrent');

const DESCRIPTION =
  'How far the fleet is: counts, what runs, what has failed, and when it will end.';

/** Answers the query `progress` while the inventory is being frozen; no Update is taken yet. */
export function answerFreezing(fleetId: string, startedAt: string): void {
  const none = {
    fleetId,
    path: '',
    sha256: '',
    total: 0,
    canaries: 0,
    alreadyMigrated: 0,
    rows: 0,
    routes: [],
  };
  const standing = beginStanding({ ...none, limits: LIMITS }, { startedAt, templates: [] });
  setHandler(progressQuery, () => progressOf(standing, 'freezing', []), {
    description: DESCRIPTION,
  });
}

/** Answers the query `progress` and accepts the Updates; an Update that would change nothing is refused. */
export function steer(fleet: Steered): void {
  setHandler(progressQuery, () => fleet.progress(), {
    description: DESCRIPTION,
  });
  const answering = (change: () => void) => (): FleetProgress => {
    change();
    return fleet.progress();
  };
  setHandler(
    pauseUpdate,
    answering(() => fleet.pause()),
    {
      description: 'Starts no more projects until resume; what runs goes on.',
      validator: () => {
        refuse(fleet.isPaused, 'it is paused already');
        refuse(fleet.isEnding, 'it starts nothing more');
      },
    },
  );
  setHandler(
    resumeUpdate,
    answering(() => fleet.resume()),
    {
      description: 'Starts projects again.',
      validator: () => refuse(!fleet.isPaused, 'it is not paused'),
    },
  );
  setHandler(
    stopUpdate,
    answering(() => fleet.stop()),
    {
      description: 'Lets what runs end, and ends the fleet then.',
      validator: () => refuse(fleet.isEnding, 'it starts nothing more'),
    },
  );
  setHandler(
    changeLimitsUpdate,
    (limits) => {
      fleet.change(limits);
      return fleet.progress();
    },
    {
      description: 'Changes limits, for example {"concurrency":8}; null takes one away.',
      validator: assertLimits,
    },
  );
}

function assertLimits(limits: LimitsChange, ...more: readonly unknown[]): void {
  refuse(more.length > 0, 'all limits stand in one JSON object: give one --input');
  const problems = problemsOfLimits(limits);
  refuse(problems.length > 0, problems.join('; '));
}

function refuse(isRefused: boolean, why: string): void {
  if (isRefused) throw new Error(why);
}
