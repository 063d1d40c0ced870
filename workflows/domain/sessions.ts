import type { Settings } from './settings';

/** What a request, a plan, an order or a job says of the sessions: `--jobs`, if the operator gave it. */
export interface Jobs {
  readonly jobs?: number | undefined;
}

/**
 * How many sessions of a step read or write rows side by side: `sessionsOf(settings, job)`. The `jobs` of a request
 * stand over the configured `sessions.perProject`. A plan resolves them; its orders and jobs carry the number, so
 * that all workers of a run take the same.
 */
export function sessionsOf(
  { sessions }: Pick<Settings, 'sessions'>,
  { jobs = sessions.perProject }: Jobs,
): number {
  return jobs;
}

/** The most sessions that a step has at a time in one database: the `jobs` of a snapshot, or one and two for its schema. */
export function sessionsToRead(jobs: number): number {
  return Math.max(jobs, 3);
}

/**
 * The most sessions of a step on one server, as source and target can both be there: those of a verification, which
 * has its lock's, one for the source, and those that read the target.
 */
export function sessionsToWrite(jobs: number): number {
  return 2 + sessionsToRead(jobs);
}
