import fc from 'fast-check';
import { growthExponent } from '../../bench/figures/growth';
import { median, spreadOf } from '../../bench/figures/median';

describe('median', () => {
  it.each([
    [[7], 7],
    [[30, 1, 2], 2],
    [[4, 1, 3, 100], 3.5],
    [[10, 9], 9.5],
  ])('of %j is %d', (values, middle) => {
    expect(median(values)).toBe(middle);
  });

  it('has as many values below as above, in any order', () => {
    const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 });
    fc.assert(
      fc.property(values, (given) => {
        const middle = median(given);
        const below = given.filter((value) => value < middle).length;
        const above = given.filter((value) => value > middle).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(given.length / 2);
      }),
    );
  });

  it('of nothing does not exist', () => {
    expect(() => median([])).toThrow('there is no median of nothing');
  });
});

describe('spreadOf', () => {
  it('names the median and the ends', () => {
    expect(spreadOf([3, 1, 2.5])).toEqual({ median: 2.5, smallest: 1, largest: 3 });
  });
});

describe('growthExponent', () => {
  it.each([0.9, 1, 1.1, 2])('finds %d again', (exponent) => {
    const sizes = [10_000, 100_000, 1_000_000, 10_000_000];
    const points = sizes.map((rows) => ({ rows, seconds: 0.003 * rows ** exponent }));
    expect(growthExponent(points)).toBeCloseTo(exponent, 9);
  });

  it('is the slope of the nearest line, not that between the ends', () => {
    const points = [
      { rows: 1e4, seconds: 1 },
      { rows: 1e5, seconds: 100 },
      { rows: 1e6, seconds: 100 },
      { rows: 1e7, seconds: 1000 },
    ];
    // In powers of ten (4, 0), (5, 2), (6, 2), (7, 3): 4.5 / 5 by hand; between the ends it is 1.
    expect(growthExponent(points)).toBeCloseTo(0.9, 9);
  });

  it('is unknown of one size, however often it was measured', () => {
    expect(growthExponent([])).toBeUndefined();
    expect(growthExponent([{ rows: 5, seconds: 1 }])).toBeUndefined();
    expect(
      growthExponent([
        { rows: 5, seconds: 1 },
        { rows: 5, seconds: 2 },
      ]),
    ).toBeUndefined();
  });
});
