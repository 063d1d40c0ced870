import type { GrowthPoint } from '../figures/growth';
import type { MoverName } from '../movers/names';
import type { BenchResult } from '../result/schema';

/** What each size cost with one mover, the smallest size first. */
export interface Series {
  readonly mover: MoverName;
  readonly points: readonly GrowthPoint[];
}

/** Medians of all sizes of all results, mover by mover. Of a size in several results the last one counts. */
export function seriesOf(results: readonly BenchResult[]): readonly Series[] {
  const found = new Map<MoverName, Map<number, number>>();
  for (const { rows, movers } of results.flatMap(({ sizes }) => sizes))
    for (const { mover, seconds } of movers) {
      const points = found.get(mover) ?? new Map<number, number>();
      found.set(mover, points.set(rows, seconds.median));
    }
  return [...found].map(([mover, points]) => ({
    mover,
    points: [...points]
      .map(([rows, seconds]) => ({ rows, seconds }))
      .sort((a, b) => a.rows - b.rows),
  }));
}
