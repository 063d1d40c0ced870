import {
  FLEET_OUTCOMES,
  type Counts,
  type FleetEntry,
  type FleetOutcome,
  type FleetProgress,
  type FleetReport,
  type MigratedBefore,
} from '../../workflows/domain/fleet';
import { momentWords, sourceWords } from '../../workflows/domain/origin';
import { count, amount, roughDuration } from './words';
import type { Limits } from '../../workflows/domain/limits';

/** The characters of a reason that a line of its own has room for. */
const LONGEST = 240;

/** How a project ended, as people say it: `already migrated`. */
export function outcomeWords(outcome: FleetOutcome): string {
  return outcome.replace('-', ' ');
}

/** The outcomes that occurred: `400 migrated, 12 restored`; nothing before the first. */
export function countsWords(counts: Counts): string {
  return FLEET_OUTCOMES.filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${count(counts[outcome])} ${outcomeWords(outcome)}`)
    .join(', ');
}

/**
 * How many were migrated before the fleet began: they are counted, but not among those of its list that have
 * ended.
 */
export function countedBefore(before: readonly MigratedBefore[] = []): number {
  return before.reduce((sum, { projects }) => sum + projects, 0);
}

/** Out of which sources and of which time those are that were migrated before; one line each. */
export function migratedBeforeText(before: readonly MigratedBefore[] = []): string {
  return before
    .map(({ projects, firstSnapshot, lastSnapshot, ...source }) => {
      const first = momentWords(firstSnapshot);
      const last = momentWords(lastSnapshot);
      const when = first === last ? first : `${first} to ${last}`;
      return `Already migrated: ${count(projects)} from ${sourceWords(source)}, snapshots of ${when}`;
    })
    .join('\n');
}

/**
 * Why a fleet has nothing to move at all; `undefined` if it has. A list of projects that is empty is refused,
 * so only one of failed projects, or one that `--exclude` emptied, can be.
 */
export function nothingToMove({
  total,
  migratedBefore,
  excluded = [],
}: Pick<FleetReport, 'total' | 'migratedBefore' | 'excluded'>): string | undefined {
  if (total > 0 || countedBefore(migratedBefore) > 0) return undefined;
  return excluded.length === 0
    ? 'nothing to move: no project failed in its last run, or those that failed are migrated by now'
    : 'nothing to move: --exclude leaves every project out';
}

/** One project that has ended: `project-7 → project_7_db: restored: why`. */
export function entryLine({ projectRef, databaseName, ...entry }: FleetEntry): string {
  const { outcome, rows, problems } = entry;
  const moved = outcome === 'migrated' && rows !== undefined ? `, ${amount(rows, 'row')}` : '';
  const why = problems[0] === undefined ? '' : `: ${clipped(problems[0].message)}`;
  return `${projectRef} → ${databaseName}: ${outcomeWords(outcome)}${moved}${why}`;
}

/** How many projects of the list have ended. */
export function endedOf({ total, waiting, running }: FleetProgress): number {
  return Math.max(0, total - waiting - running.length);
}

/** How far a fleet is, in one line: `12 of 40 · 4 running · 11 migrated, 1 restored · about 5 min left`. */
export function fleetFigures(fleet: FleetProgress, now: number): string {
  const { total, running, counts, stoppedBy, state } = fleet;
  if (state === 'freezing') return 'making the list of projects';
  const before = countedBefore(fleet.migratedBefore);
  return [
    `${count(endedOf(fleet))} of ${count(total)}`,
    running.length === 0 ? '' : `${count(running.length)} running`,
    countsWords({ ...counts, 'already-migrated': counts['already-migrated'] - before }),
    before === 0 ? '' : `${count(before)} migrated before`,
    leftWords(fleet, now),
    stateWords(fleet),
    stoppedBy ?? '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** One line of a text that may be long. */
export function clipped(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

function leftWords({ expectedEnd, state }: FleetProgress, now: number): string {
  if (expectedEnd === undefined || state !== 'running') return '';
  return `about ${roughDuration((Date.parse(expectedEnd) - now) / 1000)} left`;
}

function stateWords({ state, opensAt }: FleetProgress): string {
  switch (state) {
    case 'freezing':
    case 'running':
    case 'ended':
      return '';
    case 'paused':
      return 'PAUSED';
    case 'outside its window':
      return opensAt === undefined
        ? 'outside its window'
        : `outside its window until ${momentWords(opensAt)}`;
    case 'stopping':
      return 'stopping: waits for the running migrations';
    case 'continuing':
      return 'waits for the running migrations, then continues in a new run';
  }
}

/** What a fleet may do, for people: `4 at once · at most 10 failures · 22:00-05:00 Europe/Berlin`. */
export function limitsWords(limits: {
  readonly [Name in keyof Limits]?: Limits[Name] | null;
}): string {
  const { concurrency, perSource, perTarget, maxFailures, maxFailureRatio, window } = limits;
  const parts = [
    told(concurrency, (most) => `${most} at once`),
    told(perSource, (most) => `${most} from a source server`),
    told(perTarget, (most) => `${most} into a target server`),
    told(maxFailures, (most) => `at most ${amount(most, 'failure')}`),
    told(maxFailureRatio, (share) => `at most ${+(share * 100).toFixed(2)} % failures`),
    told(window, ({ from, to, timezone, days }) => {
      const on = days === undefined ? '' : ` ${days.join(',')}`;
      return `${from}-${to} ${timezone}${on}`;
    }),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

function told<T>(value: T | null | undefined, words: (value: T) => string): string {
  return value === null || value === undefined ? '' : words(value);
}
