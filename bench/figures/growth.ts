/** What one size cost. */
export interface GrowthPoint {
  readonly rows: number;
  readonly seconds: number;
}

/**
 * The exponent with which the time grows with the rows: 1 is linear, 2 is quadratic. It is the slope of the straight
 * line through the logarithms that is nearest by least squares; undefined for fewer than two sizes.
 */
export function growthExponent(points: readonly GrowthPoint[]): number | undefined {
  const x = points.map(({ rows }) => Math.log(rows));
  const y = points.map(({ seconds }) => Math.log(seconds));
  const middleX = mean(x);
  const middleY = mean(y);
  const across = sum(x.map((each) => (each - middleX) ** 2));
  if (!(across > 0)) return undefined;
  return sum(x.map((each, at) => (each - middleX) * ((y[at] ?? 0) - middleY))) / across;
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
