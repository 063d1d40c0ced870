import { FAILURES, isFailureCode } from '../../workflows/domain/failure';
import type { FleetEntry, FleetOutcome, FleetReport } from '../../workflows/domain/fleet';
import { clipped, countsWords, outcomeWords } from '../progress/fleet-words';
import { count, duration } from '../progress/words';
import { grid } from './grid';

/** A fleet of more projects than this shows those that need somebody, and counts the others. */
const SHOWN_WHOLE = 30;

const COLUMNS = [
  { head: 'project' },
  { head: 'database' },
  { head: 'outcome' },
  { head: 'rows', isFigure: true },
  { head: 'why' },
];

/** How a fleet ended, for people. */
export function fleetText(fleet: FleetReport): string {
  const { fleetId, total, notStarted = 0, record } = fleet;
  const seconds = (Date.parse(fleet.finishedAt) - Date.parse(fleet.startedAt)) / 1000;
  const counts = countsWords(fleet.counts);
  const parts = [
    `${fleetId}: ${headOf(fleet)} (${duration(seconds)})`,
    `${count(total)} to move: ${counts === '' ? 'none has ended' : counts}${notStarted === 0 ? '' : `, ${count(notStarted)} not started`}`,
    tableOf(fleet),
    failuresOf(fleet.failures),
    adviceOf(fleet),
    record === '' ? '' : `Record: ${record}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function headOf({ outcome, stoppedBy }: FleetReport): string {
  const why = stoppedBy === undefined ? '' : `: ${stoppedBy}`;
  switch (outcome) {
    case 'migrated':
      return 'every project is in a database of its own';
    case 'incomplete':
      return 'NOT ALL projects are in databases of their own';
    case 'stopped':
      return `STOPPED before the end of the list${why}`;
    case 'cancelled':
      return `CANCELLED${why}`;
  }
}

function tableOf({ projects, leftOut }: FleetReport): string {
  const shown =
    projects.length > SHOWN_WHOLE ? projects.filter((entry) => !isWell(entry)) : projects;
  const more = projects.length - shown.length + leftOut;
  const rest = more === 0 ? [] : [`  and ${count(more)} more, not shown here`];
  if (shown.length === 0) return rest.join('\n');
  return [grid(COLUMNS, shown.map(rowOf)), ...rest].join('\n');
}

function isWell({ outcome }: FleetEntry): boolean {
  return outcome === 'migrated' || outcome === 'already-migrated';
}

function rowOf(entry: FleetEntry): readonly string[] {
  const { projectRef, databaseName, outcome, rows, problems } = entry;
  const moved = rows === undefined || outcome === 'already-migrated' ? '' : count(rows);
  const why = clipped(problems.map(({ message }) => message).join('; '));
  return [projectRef, databaseName, outcomeWords(outcome), moved, why];
}

function failuresOf(failures: FleetReport['failures']): string {
  const kinds = Object.entries(failures).sort(([, one], [, other]) => other - one);
  if (kinds.length === 0) return '';
  const lines = kinds.map(([code, times]) => {
    const meaning = isFailureCode(code) ? `: ${FAILURES[code].meaning}` : '';
    return `  ${count(times)} × ${code}${meaning}`;
  });
  return ['Failures:', ...lines].join('\n');
}

/** Outcomes after which a project is moved by another fleet, once its cause is mended. */
const TRIED_AGAIN: readonly FleetOutcome[] = [
  'restored',
  'failed',
  'cancelled',
  'terminated',
  'timed-out',
];

function adviceOf({ fleetId, counts }: FleetReport): string {
  const isAny = (outcome: FleetOutcome): boolean => counts[outcome] > 0;
  return [
    isAny('parked') ? 'Parked projects wait for a person: see docs/operations.md, "Parked".' : '',
    isAny('terminated') || isAny('timed-out')
      ? 'What was terminated or timed out is put back by: moveout reconcile'
      : '',
    TRIED_AGAIN.some(isAny)
      ? `When the causes are mended: moveout retry-failed --of ${fleetId}`
      : '',
  ]
    .filter((line) => line !== '')
    .join('\n');
}
