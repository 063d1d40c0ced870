/**
 * The releases whose schemas a studio can have, oldest first: of autumn 2023 (owners are foreign
 * keys), of 2025 (`storage.prefixes`, no OAuth server), today's, today's as hosted (no Iceberg
 * tables), and with versions of files and life cycles of buckets (PostgreSQL 15 or newer).
 */
export const VARIANTS = ['ancient', 'older', 'current', 'hosted', 'newer'] as const;

export type Variant = (typeof VARIANTS)[number];

/** How big a studio should be. All sizes but `projects` are per project. */
export interface StudioOptions {
  /** Number of projects, at least 1. */
  readonly projects: number;
  /** @default 150; at least 12, because the first twelve are the odd ones. */
  readonly users?: number | undefined;
  /** @default three tenths of the users, at least 6. */
  readonly sessions?: number | undefined;
  /** @default six tenths of the users, at least 6. */
  readonly refreshTokens?: number | undefined;
  /** @default 10; at least 4. */
  readonly buckets?: number | undefined;
  /** @default 500; at least 20. */
  readonly objects?: number | undefined;
  /** Equal seeds and sizes give equal rows, to the byte. @default '1' */
  readonly seed?: string | undefined;
  /** @default 'current' */
  readonly variant?: Variant | undefined;
}

/** The options of a studio with every default filled in. */
export type StudioSizes = {
  readonly [Name in keyof StudioOptions]-?: NonNullable<StudioOptions[Name]>;
};

const LIMITS = [
  { name: 'projects', least: 1, most: 10_000 },
  { name: 'users', least: 12, most: 5_000_000 },
  { name: 'sessions', least: 6, most: 10_000_000 },
  { name: 'refreshTokens', least: 6, most: 10_000_000 },
  { name: 'buckets', least: 4, most: 100_000 },
  { name: 'objects', least: 20, most: 20_000_000 },
] as const;

/**
 * Fills in the defaults.
 *
 * @throws Error that lists every size out of its range.
 */
export function studioSizes(options: StudioOptions): StudioSizes {
  const users = options.users ?? 150;
  const sizes = {
    projects: options.projects,
    users,
    sessions: options.sessions ?? Math.max(6, Math.round(users * 0.3)),
    refreshTokens: options.refreshTokens ?? Math.max(6, Math.round(users * 0.6)),
    buckets: options.buckets ?? 10,
    objects: options.objects ?? 500,
    seed: options.seed ?? '1',
    variant: options.variant ?? 'current',
  };
  const wrong = LIMITS.filter(
    ({ name, least, most }) =>
      !Number.isInteger(sizes[name]) || sizes[name] < least || sizes[name] > most,
  );
  if (wrong.length === 0) return sizes;
  const lines = wrong.map(
    ({ name, least, most }) =>
      `${name} must be a whole number from ${least} to ${most}, not ${sizes[name]}`,
  );
  throw new Error(lines.join('; '));
}
