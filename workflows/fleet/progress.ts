import type { FleetProgress, FleetState, Running } from '../domain/fleet';
import { expectedEnd } from './eta';
import type { Standing } from './state';

/** What a fleet says of itself. */
export function progressOf(
  standing: Standing,
  state: FleetState,
  running: readonly Running[],
): FleetProgress {
  const { frozen, tally, limits, stop, startedAt, pace } = standing;
  const { counts, failures, kept, leftOut, ended } = tally;
  const end = stop === undefined ? expectedEnd(pace, frozen, Date.now()) : undefined;
  return {
    fleetId: frozen.fleetId,
    state,
    total: frozen.total,
    waiting: frozen.total - ended - running.length,
    running,
    counts,
    failures,
    projects: kept,
    leftOut,
    limits,
    startedAt,
    ...(frozen.retried !== undefined && { retried: frozen.retried }),
    ...(frozen.migratedBefore !== undefined && { migratedBefore: frozen.migratedBefore }),
    ...(stop !== undefined && { stoppedBy: stop.why }),
    ...(end !== undefined && { expectedEnd: new Date(end).toISOString() }),
  };
}
