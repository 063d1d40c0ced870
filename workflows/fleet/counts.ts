import { cutText } from '../domain/bounds';
import { FLEET_OUTCOMES, type Counts, type FleetEntry, type FleetOutcome } from '../domain/fleet';

/** At most this many entries are kept of those that went well, and this many of the others: results are bounded. */
const KEPT = 200;

/** The bytes of a kept message; an entry of a failure with thousands of findings is cut. */
const LONGEST = 300;

const WELL: ReadonlySet<FleetOutcome> = new Set<FleetOutcome>(['migrated', 'already-migrated']);

/** Outcomes that say nothing against the projects that follow. */
const NEUTRAL: ReadonlySet<FleetOutcome> = new Set<FleetOutcome>(['busy', 'cancelled']);

const NONE: Counts = {
  migrated: 0,
  'already-migrated': 0,
  restored: 0,
  refused: 0,
  parked: 0,
  busy: 0,
  cancelled: 0,
  terminated: 0,
  'timed-out': 0,
  failed: 0,
};

/** How the projects of a fleet have ended so far. */
export interface Tally {
  readonly counts: Counts;
  /** How often each code of the closed table of failures occurred. */
  readonly failures: Readonly<Record<string, number>>;
  readonly kept: readonly FleetEntry[];
  readonly leftOut: number;
  /** Projects of the list that have ended. */
  readonly ended: number;
}

/** The tally of a fleet that begins; some of its projects may have been migrated before. */
export function beginTally(alreadyMigrated: number): Tally {
  const counts = { ...NONE, 'already-migrated': alreadyMigrated };
  return { counts, failures: {}, kept: [], leftOut: alreadyMigrated, ended: 0 };
}

/** Adds one project that has ended. */
export function add(tally: Tally, entry: FleetEntry): Tally {
  const { counts, kept } = tally;
  const isWell = wentWell(entry);
  const alike = kept.filter((other) => wentWell(other) === isWell);
  const hasRoom = alike.length < KEPT;
  return {
    counts: { ...counts, [entry.outcome]: counts[entry.outcome] + 1 },
    failures: isWell ? tally.failures : withCodes(tally.failures, entry),
    kept: hasRoom ? [...kept, shortened(entry)] : kept,
    leftOut: tally.leftOut + (hasRoom ? 0 : 1),
    ended: tally.ended + 1,
  };
}

/** Tells whether the project is where it should be. */
export function wentWell({ outcome }: Pick<FleetEntry, 'outcome'>): boolean {
  return WELL.has(outcome);
}

/** How many projects have failed; those that another run has, and the cancelled ones, have not. */
export function failuresOf({ counts }: Tally): number {
  return FLEET_OUTCOMES.filter((outcome) => !WELL.has(outcome) && !NEUTRAL.has(outcome)).reduce(
    (sum, outcome) => sum + counts[outcome],
    0,
  );
}

/** Tells whether every project that ended is where it should be. */
export function isSpotless({ counts }: Tally): boolean {
  return FLEET_OUTCOMES.every((outcome) => WELL.has(outcome) || counts[outcome] === 0);
}

/** The counts that are not zero, in words: `12 migrated, 1 restored`. */
export function countsInWords(counts: Counts): string {
  const told = FLEET_OUTCOMES.filter((outcome) => counts[outcome] > 0);
  if (told.length === 0) return 'none';
  return told
    .map((outcome) => `${String(counts[outcome])} ${outcome.replaceAll('-', ' ')}`)
    .join(', ');
}

function withCodes(
  failures: Tally['failures'],
  { problems, outcome }: FleetEntry,
): Tally['failures'] {
  const code = problems[0]?.code ?? outcome;
  return { ...failures, [code]: (failures[code] ?? 0) + 1 };
}

/** The entry with its first problems alone, each cut: there may be thousands. */
export function shortened(
  entry: FleetEntry,
  { most, longest } = { most: 2, longest: LONGEST },
): FleetEntry {
  const problems = entry.problems.slice(0, most).map(({ code, message }) => ({
    code,
    message: cutText(message, longest),
  }));
  return { ...entry, problems };
}
