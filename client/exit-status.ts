import type { FleetReport } from '../workflows/domain/fleet';
import type { ReconcileReport } from '../workflows/domain/interrupted';
import type { Outcome } from '../workflows/domain/report';
import type { Ending } from './ending';

const OF_OUTCOME: Readonly<Record<Outcome, number>> = {
  migrated: 0,
  verified: 0,
  'backed-up': 0,
  restored: 1,
  different: 1,
  refused: 2,
  parked: 3,
};

/** The exit status of a failure of moveout itself (EX_SOFTWARE of BSD's sysexits). */
const OWN_FAILURE = 70;

/** The exit status of a person's interruption. */
const INTERRUPTED = 130;

/**
 * The script's exit status: 0 done and verified · 1 restored or different, or not all of a fleet
 * migrated · 2 refused, nothing touched · 3 an operator is needed: also for one project of a fleet, and
 * for a run whose end was not seen · 70 a bug of moveout · 130 interrupted.
 */
export function exitStatusOf(ending: Ending, isInterrupted: boolean): number {
  switch (ending.kind) {
    case 'report':
      if (isInterrupted && ending.report.outcome === 'restored') return INTERRUPTED;
      return OF_OUTCOME[ending.report.outcome];
    case 'fleet':
      return ofFleet(ending.fleet, isInterrupted);
    case 'reconciled':
      return ofReconciled(ending.reconciled);
    case 'told':
      return 0;
    case 'plan':
      return ending.plan.problems.length === 0 ? 0 : 2;
    case 'restorePlan':
      return ending.restorePlan.problems.length === 0 ? 0 : 2;
    case 'refused':
      return isInterrupted ? INTERRUPTED : 2;
    case 'unknown':
      return isInterrupted ? INTERRUPTED : 3;
    case 'bug':
      return OWN_FAILURE;
    case 'detached':
      return INTERRUPTED;
  }
}

function ofFleet({ outcome, counts }: FleetReport, isInterrupted: boolean): number {
  if (outcome === 'migrated') return 0;
  if (counts.parked > 0) return OF_OUTCOME.parked;
  return isInterrupted && outcome === 'cancelled' ? INTERRUPTED : 1;
}

/** 0 when nothing unfinished is left, 3 where a person is needed. */
function ofReconciled({ reconciled, findings }: ReconcileReport): number {
  const isDone = reconciled.every(({ outcome }) => outcome === 'restored' || outcome === 'running');
  return isDone && findings.length === 0 ? 0 : 3;
}
