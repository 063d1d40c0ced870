import type { FrozenFleet } from '../domain/fleet';

/** What a project costs whatever its size, in rows. */
const FIXED_ROWS = 10_000;

/** How fast a fleet moves. */
export interface Pace {
  /** Rows, with fixed costs, of the projects that have ended. */
  readonly moved: number;
  /** Milliseconds in which anything ran. */
  readonly active: number;
}

/** The pace of a fleet that has not begun. */
export const STANDING_STILL: Pace = { moved: 0, active: 0 };

/** Adds an ended project of this many rows. */
export function moved(pace: Pace, rows: number): Pace {
  return { ...pace, moved: pace.moved + rows + FIXED_ROWS };
}

/** When (epoch millis) the last project will have ended at this pace; `undefined` before the first has. */
export function expectedEnd(
  { moved: done, active }: Pace,
  { rows, total }: Pick<FrozenFleet, 'rows' | 'total'>,
  now: number,
): number | undefined {
  if (done === 0) return undefined;
  const all = rows + total * FIXED_ROWS;
  return now + (active * Math.max(0, all - done)) / done;
}
