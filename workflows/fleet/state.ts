import type { FleetEntry, FleetProject, FrozenFleet, PreparedTemplates } from '../domain/fleet';
import type { Limits } from '../domain/limits';
import { moved, STANDING_STILL, type Pace } from './eta';
import { stopOf, stopOfCanary, type Stop } from './failure-limits';
import { add, beginTally, wentWell, type Tally } from './counts';

/** Where a fleet stands: all that its next run has to know. Its size is bounded. */
export interface Standing {
  readonly frozen: FrozenFleet;
  readonly limits: Limits;
  readonly isPaused: boolean;
  /** Why nothing more is started. */
  readonly stop?: Stop | undefined;
  readonly tally: Tally;
  readonly canariesWell: number;
  readonly pace: Pace;
  /** The position in the list up to which it was read. */
  readonly cursor: number;
  /** What was read and not yet started. */
  readonly waiting: readonly FleetProject[];
  /** The number of the next part of the record. */
  readonly part: number;
  readonly startedAt: string;
  readonly templates: readonly PreparedTemplates[];
}

/** A fleet that has not begun, or whose list is not known yet. */
export function beginStanding(
  frozen: FrozenFleet,
  begun: Pick<Standing, 'startedAt' | 'templates'>,
): Standing {
  return {
    frozen,
    limits: frozen.limits,
    isPaused: false,
    tally: beginTally(frozen.alreadyMigrated),
    canariesWell: 0,
    pace: STANDING_STILL,
    cursor: 0,
    waiting: [],
    part: 0,
    ...begun,
  };
}

/** Counts a project that has ended; a failure may stop the fleet. */
export function withEnding(standing: Standing, project: FleetProject, entry: FleetEntry): Standing {
  const tally = add(standing.tally, entry);
  const isCanary = project.canary === true;
  const stop =
    standing.stop ?? (isCanary ? stopOfCanary(entry) : undefined) ?? stopOf(tally, standing.limits);
  return {
    ...standing,
    tally,
    canariesWell: standing.canariesWell + (isCanary && wentWell(entry) ? 1 : 0),
    pace: moved(standing.pace, project.rows),
    stop,
  };
}

/** Tells whether every canary has been migrated: before that nothing else starts. */
export function areCanariesWell({ canariesWell, frozen }: Standing): boolean {
  return canariesWell >= frozen.canaries;
}
