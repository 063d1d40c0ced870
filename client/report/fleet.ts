import { FAILURES, isFailureCode } from '../../workflows/domain/failure';
import type {
  FleetEntry,
  FleetOutcome,
  FleetReport,
  FleetProgress,
} from '../../workflows/domain/fleet';
import {
  clipped,
  countedBefore,
  countsWords,
  migratedBeforeText,
  nothingToMove,
  outcomeWords,
  fleetFigures,
  limitsWords,
} from '../progress/fleet-words';
import { fitToTerminal } from '../progress/page';
import { count, duration, roughDuration } from '../progress/words';
import { grid } from './grid';

/** How many names a list shows. */
const NAMED = 10;

/** A fleet of more projects than this shows those that need an operator, and counts the others. */
const SHOWN_WHOLE = 30;

const COLUMNS = [
  { head: 'project' },
  { head: 'database' },
  { head: 'outcome' },
  { head: 'rows', isFigure: true },
  { head: 'why', isText: true },
];

/** How a fleet ended, for people. */
export function fleetText(fleet: FleetReport): string {
  const { fleetId, record } = fleet;
  const seconds = (Date.parse(fleet.finishedAt) - Date.parse(fleet.startedAt)) / 1000;
  const parts = [
    fitToTerminal(`${fleetId}: ${headOf(fleet)} (${duration(seconds)})`),
    [totalsOf(fleet), migratedBeforeText(fleet.migratedBefore), excludedText(fleet.excluded)]
      .filter((line) => line !== '')
      .join('\n'),
    tableOf(fleet),
    failuresOf(fleet.failures),
    adviceOf(fleet),
    record === '' ? '' : `Record: ${record}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** Every project once: the counts sum up to the first number. */
function totalsOf({ total, counts, notStarted = 0, migratedBefore }: FleetReport): string {
  const before = countedBefore(migratedBefore);
  const words = [countsWords(counts), notStarted === 0 ? '' : `${count(notStarted)} not started`];
  const said = words.filter((part) => part !== '').join(', ');
  const all = total + before;
  if (all === 0) return '';
  return `${count(all)} ${all === 1 ? 'project' : 'projects'}: ${said === '' ? 'none has ended' : said}`;
}

function excludedText(excluded: FleetReport['excluded'] = []): string {
  if (excluded.length === 0) return '';
  const more = excluded.length > NAMED ? `, and ${count(excluded.length - NAMED)} more` : '';
  return `Left out by --exclude: ${excluded.slice(0, NAMED).join(', ')}${more}`;
}

function headOf(fleet: FleetReport): string {
  const { outcome, stoppedBy } = fleet;
  const why = stoppedBy === undefined ? '' : `: ${stoppedBy}`;
  switch (outcome) {
    case 'migrated':
      return nothingToMove(fleet) ?? 'every project is in a database of its own';
    case 'incomplete':
      return 'NOT ALL projects are in databases of their own';
    case 'stopped':
      return `STOPPED before the end of the list${why}`;
    case 'cancelled':
      return `CANCELLED${why}`;
  }
}

function tableOf({ projects, leftOut, migratedBefore }: FleetReport): string {
  const shown =
    projects.length > SHOWN_WHOLE ? projects.filter((entry) => !isWell(entry)) : projects;
  // Those that were migrated before have a line of their own.
  const before = countedBefore(migratedBefore);
  const more = Math.max(0, projects.length - shown.length + leftOut - before);
  const rest = more === 0 ? [] : [`  and ${count(more)} more, which are in the record`];
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
  return fitToTerminal(['Failures:', ...lines].join('\n'));
}

/** Outcomes after which a project is moved by another fleet, once its cause is fixed. */
const TRIED_AGAIN: readonly FleetOutcome[] = [
  'restored',
  'failed',
  'cancelled',
  'terminated',
  'timed-out',
];

function adviceOf({ fleetId, counts, notStarted = 0 }: FleetReport): string {
  const isAny = (outcome: FleetOutcome): boolean => counts[outcome] > 0;
  return [
    isAny('parked') ? 'Parked projects need an operator: see docs/runbook.md, "Parked".' : '',
    isAny('terminated') || isAny('timed-out')
      ? 'To restore what terminated or timed-out runs left: moveout reconcile'
      : '',
    TRIED_AGAIN.some(isAny)
      ? `When the causes are fixed: moveout retry-failed --of ${fleetId}`
      : '',
    notStarted > 0
      ? 'For the projects that were not started, give the command of this fleet again. It leaves out those that are migrated.'
      : '',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** How far a fleet is, for people; `now` is in epoch millis. */
export function statusText(workflowId: string, fleet: FleetProgress, now: number): string {
  const { fleetId, state, limits } = fleet;
  const lines = [
    `${workflowId} (${fleetId}) is ${state}`,
    `  ${fleetFigures(fleet, now)}`,
    limits === undefined ? '' : `  limits: ${limitsWords(limits)}`,
    runningLine(fleet, now),
  ];
  return fitToTerminal(`${lines.filter((line) => line !== '').join('\n')}\n`);
}

function runningLine({ running }: FleetProgress, now: number): string {
  if (running.length === 0) return '';
  const named = running
    .slice(0, NAMED)
    .map(
      ({ projectRef, startedAt }) =>
        `${projectRef} (${roughDuration((now - Date.parse(startedAt)) / 1000)})`,
    );
  const more = running.length > NAMED ? `, and ${running.length - NAMED} more` : '';
  return `  running: ${named.join(', ')}${more}`;
}
