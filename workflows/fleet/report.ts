import { ApplicationFailure, CancelledFailure, log, upsertMemo } from '@temporalio/workflow';
import type { FleetEnding, FleetReport } from '../domain/fleet';
import { upsert } from '../run/search-attributes';
import type { Standing } from './state';
import { countsInWords, isSpotless } from './counts';

/** Ends a fleet: with its report; as failed if one of its own limits stopped it; or as cancelled. */
export function ended(standing: Standing, isCancelled: boolean): FleetReport {
  const report = reportOf(standing, isCancelled ? 'cancelled' : outcomeOf(standing));
  upsert({ outcome: report.outcome });
  upsertMemo({ report });
  const { fleetId, outcome, counts: ofOutcomes } = report;
  log.info(`${fleetId} ${outcome}`, { fleetId, outcome, counts: ofOutcomes });
  const counts = `projects: ${countsInWords(report.counts)}`;
  if (isCancelled) throw new CancelledFailure(`The fleet was cancelled; ${counts}`, [report]);
  if (standing.stop?.isFailure !== true) return report;
  throw ApplicationFailure.create({
    type: 'FleetStopped',
    message: `Stopped: ${standing.stop.why}; ${counts}`,
    nonRetryable: true,
    details: [report],
  });
}

function outcomeOf({ stop, tally, frozen }: Standing): FleetEnding {
  if (stop !== undefined) return 'stopped';
  return tally.ended === frozen.total && isSpotless(tally) ? 'migrated' : 'incomplete';
}

function reportOf(standing: Standing, outcome: FleetEnding): FleetReport {
  const { frozen, tally, stop, startedAt } = standing;
  return {
    fleetId: frozen.fleetId,
    outcome,
    ...(stop !== undefined && { stoppedBy: stop.why }),
    total: frozen.total,
    ...(frozen.migratedBefore !== undefined && { migratedBefore: frozen.migratedBefore }),
    ...(frozen.excluded !== undefined && { excluded: frozen.excluded }),
    notStarted: frozen.total - tally.ended,
    counts: tally.counts,
    failures: tally.failures,
    projects: tally.kept,
    leftOut: tally.leftOut,
    record: frozen.path,
    startedAt,
    finishedAt: new Date().toISOString(),
  };
}
