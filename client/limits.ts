import { problemsOfLimits } from '../workflows/domain/limits';
import { typed, type Flags } from './flags';

/** A limit is taken away by this word. */
const NONE = 'none';

const NUMBERS = [
  'concurrency',
  'perSource',
  'perTarget',
  'maxFailures',
  'maxFailureRatio',
] as const satisfies readonly (keyof Flags)[];

/** Limits as flags give them: fields for a request, and what is wrong with the flags. */
export interface TypedLimits {
  readonly fields: Readonly<Record<string, unknown>>;
  /** One message a flag. */
  readonly problems: readonly string[];
}

/** Reads the limits of a fleet. `none` takes a limit away that the configuration sets. */
export function limitsOf(flags: Flags): TypedLimits {
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
export function numberOf(text: string | undefined): number {
  return /^\d{1,9}(?:\.\d{1,9})?$/.test(text ?? '') ? Number(text) : NaN;
}

/** Says what is wrong with `--timezone`, whatever hours it belongs to. */
export function problemsOfTimezone({ timezone = 'UTC' }: Flags): readonly string[] {
  const window = { from: '00:00', to: '00:00', timezone };
  if (problemsOfLimits({ window }).length === 0) return [];
  return [`${typed('timezone')} must be the name of a time zone, such as Europe/Berlin`];
}

function windowOf({ window, timezone = 'UTC' }: Flags): object | null | undefined {
  if (window === undefined) return undefined;
  if (window === NONE) return null;
  const [from, to] = window.split('-');
  return { from, to, timezone };
}

function problemsOfHours(flags: Flags): readonly string[] {
  const window = windowOf({ ...flags, timezone: 'UTC' });
  if (window === undefined || window === null) {
    return flags.timezone === undefined
      ? []
      : [`${typed('timezone')} says nothing without ${typed('window')}`];
  }
  const isRight =
    /^[^-]+-[^-]+$/.test(flags.window ?? '') && problemsOfLimits({ window }).length === 0;
  const hours = `${typed('window')} must be two times of the day, such as 22:00-05:00, or ${NONE}`;
  return [...(isRight ? [] : [hours]), ...problemsOfTimezone(flags)];
}
