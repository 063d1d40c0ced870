import type { FleetEntry } from '../domain/fleet';
import type { Limits } from '../domain/limits';
import { counted } from '../domain/counted';
import { failuresOf, wentWell, type Tally } from './counts';

/** A share of fewer projects than this says nothing. */
const TELLING = 10;

/** Why a fleet starts nothing more. */
export interface Stop {
  readonly why: string;
  /** Whether a limit of the fleet's own was passed: then the fleet fails. */
  readonly isFailure: boolean;
}

/** Tells whether the failures so far pass a limit. */
export function stopOf(tally: Tally, { maxFailures, maxFailureRatio }: Limits): Stop | undefined {
  const failed = failuresOf(tally);
  if (maxFailures !== undefined && failed > maxFailures) {
    return {
      why: `${counted(failed, 'project')} failed; maxFailures is ${maxFailures}`,
      isFailure: true,
    };
  }
  if (maxFailureRatio === undefined || tally.ended < TELLING) return undefined;
  if (failed / tally.ended <= maxFailureRatio) return undefined;
  const why = `${failed} of ${counted(tally.ended, 'project')} failed; maxFailureRatio is ${maxFailureRatio}`;
  return { why, isFailure: true };
}

/** Tells whether a canary's end stops the fleet: any but a success does. */
export function stopOfCanary(entry: FleetEntry): Stop | undefined {
  if (wentWell(entry)) return undefined;
  return {
    why: `the canary ${entry.projectRef} was not migrated: ${entry.outcome}`,
    isFailure: true,
  };
}
