/** What several rounds of the same gave. */
export interface Spread {
  readonly median: number;
  readonly smallest: number;
  readonly largest: number;
}

/** The middle of the values, of an even number of them the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new Error('there is no median of nothing');
  return (lower + upper) / 2;
}

/** The median and the ends. */
export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), smallest: Math.min(...values), largest: Math.max(...values) };
}
