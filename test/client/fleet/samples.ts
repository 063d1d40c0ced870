import type { Counts, FleetProgress, FleetReport } from '../../../workflows/domain/fleet';

const NONE: Counts = {
  ...{ migrated: 0, 'already-migrated': 0, restored: 0, refused: 0, parked: 0, busy: 0 },
  ...{ cancelled: 0, terminated: 0, 'timed-out': 0, failed: 0 },
};

type Changed<T extends { counts: Counts }> = Omit<Partial<T>, 'counts'> & {
  readonly counts?: Partial<Counts>;
};

const FLEET_ID = 'fleet_1700000000000_0a1b2c3d';

/** How a fleet of ten is doing, with some of it changed. */
export function fleetProgress(change: Changed<FleetProgress> = {}): FleetProgress {
  return {
    ...{ fleetId: FLEET_ID, state: 'running', total: 10, waiting: 10, running: [] },
    ...{ failures: {}, projects: [], leftOut: 0, startedAt: '2026-01-01T00:00:00.000Z' },
    ...change,
    counts: { ...NONE, ...change.counts },
  };
}

/** How a fleet of ten ended, with some of it changed. */
export function fleetReport(change: Changed<FleetReport> = {}): FleetReport {
  return {
    ...{ fleetId: FLEET_ID, outcome: 'migrated', total: 10, failures: {}, projects: [] },
    ...{ leftOut: 0, record: `/backups/${FLEET_ID}` },
    ...{ startedAt: '2026-01-01T00:00:00.000Z', finishedAt: '2026-01-01T00:02:05.000Z' },
    ...change,
    counts: { ...NONE, ...change.counts },
  };
}
