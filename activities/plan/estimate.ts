import type { Estimate } from '../../workflows/domain/plan';
import type { Timing } from '../backup/timings';

/** What a migration costs whatever its size, and for each row: this project's own bench, 2 cores. */
const MEASURED = {
  json: { fixed: 2.4, perRow: 5.3e-5 },
  copy: { fixed: 2.4, perRow: 3.4e-5 },
} as const;

/** Fewer rows than this tell nothing of what a row costs. */
const TELLING_ROWS = 5_000;

/**
 * How long a migration of so many rows will take: from the migrations that were timed here, else
 * from the figures of the bench.
 */
export function estimate(
  rows: number,
  format: 'json' | 'copy',
  timings: readonly Timing[],
): Estimate {
  const timed = timings.filter((timing) => timing.format === format);
  const telling = timed.filter((timing) => timing.rows >= TELLING_ROWS);
  const fixed =
    timed.length === 0
      ? MEASURED[format].fixed
      : Math.min(...timed.map((timing) => timing.seconds), median(timed.map(fixedPart)));
  const perRow =
    telling.length === 0
      ? MEASURED[format].perRow
      : median(telling.map((timing) => Math.max(0, timing.seconds - fixed) / timing.rows));
  const seconds = Math.max(1, Math.round(fixed + rows * perRow));
  const rowsPerSecond = Math.round(rows / seconds);
  if (timed.length === 0) {
    return { seconds, rowsPerSecond, basis: 'the figures of the bench; none was timed here yet' };
  }
  return { seconds, rowsPerSecond, basis: `the last ${timed.length} migrations timed here` };

  function fixedPart(timing: Timing): number {
    return Math.max(0.5, timing.seconds - timing.rows * MEASURED[format].perRow);
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
