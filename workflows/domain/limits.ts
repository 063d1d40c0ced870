/** The hours in which a fleet may start projects, by the clock of a time zone. */
export interface Window {
  /** `HH:MM`; if `to` is not later than `from`, the window ends on the next day. */
  readonly from: string;
  readonly to: string;
  /** A name of the IANA time zone database, for example `Europe/Berlin`. */
  readonly timezone: string;
  /** The days on which the window opens; every day if left out. */
  readonly days?: readonly Weekday[] | undefined;
}

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export type Weekday = (typeof WEEKDAYS)[number];

/** What a fleet may do concurrently, when, and how much may fail. */
export interface Limits {
  /** Migrations concurrently, over all servers. */
  readonly concurrency: number;
  /** Migrations concurrently from one source server, and into one target server. */
  readonly perSource?: number | undefined;
  readonly perTarget?: number | undefined;
  /** The fleet stops when more projects than this have failed. */
  readonly maxFailures?: number | undefined;
  /** The fleet stops when more than this share of the ended projects, at least ten, has failed. */
  readonly maxFailureRatio?: number | undefined;
  readonly window?: Window | undefined;
}

/** The defaults if neither the request nor the configuration sets anything. */
export const LIMITS: Limits = { concurrency: 4 };

/** A change of limits: what is left out stays, `null` takes a limit away. */
export type LimitsChange = { readonly [Name in keyof Limits]?: Limits[Name] | null };

/** The most that may run at once: a fleet is one workflow, and its history is replayed. */
const MOST = 500;

const isCount = (value: unknown, least: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= least;

const isClock = (value: unknown): boolean =>
  typeof value === 'string' && /^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/.test(value);

const RULES: Readonly<Record<keyof Limits, readonly [(value: unknown) => boolean, string]>> = {
  concurrency: [
    (value) => isCount(value, 1) && Number(value) <= MOST,
    `a whole number from 1 to ${MOST}`,
  ],
  perSource: [(value) => isCount(value, 1), 'a whole number from 1'],
  perTarget: [(value) => isCount(value, 1), 'a whole number from 1'],
  maxFailures: [(value) => isCount(value, 0), 'a whole number from 0'],
  maxFailureRatio: [
    (value) => typeof value === 'number' && value >= 0 && value < 1,
    'a share from 0 to below 1, for example 0.1',
  ],
  window: [
    isWindow,
    'like {"from":"22:00","to":"05:00","timezone":"Europe/Berlin","days":["mon","tue"]}; days may be left out',
  ],
};

/** The limits that there are. */
export const LIMIT_NAMES: readonly string[] = Object.keys(RULES);

/** Says what is wrong with a change of limits, field by field; empty if it can be accepted. */
export function problemsOfLimits(change: unknown): readonly string[] {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) {
    return ['limits must be an object, for example {"concurrency":8}'];
  }
  const rules = new Map(Object.entries(RULES));
  return Object.entries(change).flatMap(([name, value]: [string, unknown]) => {
    const rule = rules.get(name);
    if (rule === undefined) return [`unknown limit "${name}"`];
    if (value === undefined || (value === null && name !== 'concurrency')) return [];
    const [isRight, says] = rule;
    return isRight(value) ? [] : [`"${name}" must be ${says}`];
  });
}

/** Applies a change that has no problems. */
export function changedLimits(limits: Limits, change: LimitsChange): Limits {
  const { concurrency = limits.concurrency, ...rest } = change;
  const kept = Object.entries({ ...limits, ...rest }).filter(
    ([, value]: [string, unknown]) => value !== null && value !== undefined,
  );
  return { ...Object.fromEntries(kept), concurrency: concurrency ?? limits.concurrency };
}

function isWindow(value: unknown): value is Window {
  if (typeof value !== 'object' || value === null) return false;
  const { from, to, timezone, days, ...foreign } = Object.fromEntries<unknown>(
    Object.entries(value),
  );
  const isKnownDay = (day: unknown): boolean => WEEKDAYS.some((known) => known === day);
  return (
    Object.keys(foreign).length === 0 &&
    isClock(from) &&
    isClock(to) &&
    isTimezone(timezone) &&
    (days === undefined || (Array.isArray(days) && days.length > 0 && days.every(isKnownDay)))
  );
}

function isTimezone(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    // The only thing that the constructor refuses here is the zone.
    return false;
  }
}
