/** Where values lie on an axis on which each power of ten has the same length. */
export interface LogScale {
  /** The powers of ten from one end to the other. */
  readonly powers: readonly number[];
  readonly at: (value: number) => number;
}

/** An axis that begins at `start` and ends at `end`, with whole powers of ten at both ends around the values. */
export function logScale(
  values: readonly number[],
  { start, end }: { readonly start: number; readonly end: number },
): LogScale {
  const least = Math.floor(Math.log10(Math.min(...values)));
  // Of one power alone there would be no length.
  const most = Math.max(Math.ceil(Math.log10(Math.max(...values))), least + 1);
  return {
    powers: Array.from({ length: most - least + 1 }, (_, step) => 10 ** (least + step)),
    at: (value) => start + ((Math.log10(value) - least) / (most - least)) * (end - start),
  };
}
