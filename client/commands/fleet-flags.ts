import type { Option } from 'commander';
import { problemsOfLimits } from '../../workflows/domain/limits';
import { PROJECT_REF } from '../../workflows/domain/names';
import { UsageError } from '../fault';
import {
  jobs,
  jobsOf,
  onDrift,
  replace,
  typed,
  valued,
  type JobsOptions,
  type MoveOptions,
} from './options';

/** What a fleet may do at once, when, and how much may fail. */
export interface LimitOptions {
  readonly concurrency?: string;
  readonly perSource?: string;
  readonly perTarget?: string;
  readonly maxFailures?: string;
  readonly maxFailureRatio?: string;
  readonly window?: string;
  readonly timezone?: string;
}

/** What every start of a fleet takes. */
export interface FleetOptions extends MoveOptions, JobsOptions, LimitOptions {
  readonly exclude?: string;
  readonly canary?: string;
}

export const limitOptions = (): readonly Option[] => [
  valued('--concurrency <n>', 'fleet: how many migrations run concurrently'),
  valued('--per-source <n>', 'fleet: how many run concurrently from one source server'),
  valued('--per-target <n>', 'fleet: how many run concurrently into one target server'),
  valued('--max-failures <n>', 'fleet: stop when more projects than this have failed'),
  valued(
    '--max-failure-ratio <x>',
    'fleet: stop when more than this share has failed, such as 0.1',
  ),
  valued(
    '--window <from-to>',
    'fleet: start projects only between these hours, such as 22:00-05:00',
  ),
  valued(
    '--timezone <zone>',
    'time zone of --window and --cron, such as Europe/Berlin (default: UTC)',
  ),
];

/** What only a fleet takes, and no migration of one project. */
export const fleetOnlyOptions = (): readonly Option[] => [
  valued('--exclude <refs>', 'fleet: leave these projects out, separated by commas'),
  valued('--canary <n>', 'fleet: migrate the N smallest projects first; stop if one of them fails'),
  ...limitOptions(),
];

export const fleetOptions = (): readonly Option[] => [
  ...[replace(), onDrift(), jobs()],
  ...fleetOnlyOptions(),
];

/** A limit is taken away by this word. */
const NONE = 'none';

const NUMBERS = [
  'concurrency',
  'perSource',
  'perTarget',
  'maxFailures',
  'maxFailureRatio',
] as const satisfies readonly (keyof LimitOptions)[];

/** Limits as flags give them: fields for a request, and what is wrong with the flags. */
export interface TypedLimits {
  readonly fields: Readonly<Record<string, unknown>>;
  /** One message a flag. */
  readonly problems: readonly string[];
}

/** Reads the limits of a fleet. `none` takes a limit away that the configuration sets. */
export function limitsOf(flags: LimitOptions): TypedLimits {
  const given = NUMBERS.filter((name) => flags[name] !== undefined).map((name) => {
    const value = flags[name] === NONE ? null : numberOf(flags[name]);
    const problems = problemsOfLimits({ [name]: value });
    return { name, value, problems: problems.map((words) => words.replace(/^"\w+"/, typed(name))) };
  });
  const window = windowOf(flags);
  return {
    fields: {
      ...Object.fromEntries(given.map(({ name, value }) => [name, value])),
      ...(window !== undefined && { window }),
    },
    problems: [...given.flatMap(({ problems }) => problems), ...problemsOfHours(flags)],
  };
}

/** A plain decimal number; whatever else JavaScript takes for one is none. */
function numberOf(text: string | undefined): number {
  return /^\d{1,9}(?:\.\d{1,9})?$/.test(text ?? '') ? Number(text) : NaN;
}

/** Says what is wrong with `--timezone`, whatever hours it belongs to. */
export function problemsOfTimezone({ timezone = 'UTC' }: LimitOptions): readonly string[] {
  const window = { from: '00:00', to: '00:00', timezone };
  if (problemsOfLimits({ window }).length === 0) return [];
  return [`${typed('timezone')} must be the name of a time zone, such as Europe/Berlin`];
}

function windowOf({ window, timezone = 'UTC' }: LimitOptions): object | null | undefined {
  if (window === undefined) return undefined;
  if (window === NONE) return null;
  const [from, to] = window.split('-');
  return { from, to, timezone };
}

function problemsOfHours(flags: LimitOptions): readonly string[] {
  const window = windowOf({ ...flags, timezone: 'UTC' });
  if (window === undefined || window === null) {
    return flags.timezone === undefined
      ? []
      : [`${typed('timezone')} cannot be used without ${typed('window')}`];
  }
  const isRight =
    /^[^-]+-[^-]+$/.test(flags.window ?? '') && problemsOfLimits({ window }).length === 0;
  const hours = `${typed('window')} must be two times of the day, such as 22:00-05:00, or ${NONE}`;
  return [...(isRight ? [] : [hours]), ...problemsOfTimezone(flags)];
}

/**
 * The input of `migrateAll` that flags ask for, but for the projects. Throws one `UsageError` that
 * names every flag whose value cannot be taken.
 */
export function fleetInput(flags: FleetOptions): Readonly<Record<string, unknown>> {
  const { fields, problems } = limitsOf(flags);
  const all = [...problemsOfCanary(flags), ...problemsOfExcluded(flags), ...problems];
  if (all.length > 0) throw new UsageError(all.join('; '));
  const { replace, onDrift, canary, exclude } = flags;
  return {
    replace,
    onDrift,
    ...jobsOf(flags),
    exclude: exclude === undefined ? undefined : refsIn(exclude),
    canary: canary === undefined ? undefined : numberOf(canary),
    limits: fields,
  };
}

/** The most that the workflow takes. */
const MOST = 1_000;

function problemsOfCanary({ canary }: FleetOptions): readonly string[] {
  if (canary === undefined) return [];
  const value = numberOf(canary);
  if (Number.isInteger(value) && value <= MOST) return [];
  return [`${typed('canary')} must be a whole number from 0 to ${MOST}`];
}

function refsIn(list: string): readonly string[] {
  return list.split(',').map((ref) => ref.trim());
}

function problemsOfExcluded({ exclude }: FleetOptions): readonly string[] {
  if (exclude === undefined) return [];
  return refsIn(exclude)
    .filter((ref) => !PROJECT_REF.test(ref))
    .map((ref) => `${typed('exclude')}: "${ref}" is not the ref of a project, such as project-abc`);
}
