import { growthSvg } from '../../bench/picture/growth-svg';
import { logScale } from '../../bench/picture/log-scale';
import { seriesOf } from '../../bench/picture/series';
import { moverResults } from '../../bench/result/summary';
import type { BenchResult } from '../../bench/result/schema';

/** A bench of one size, in which both movers were measured once. */
function resultOf(rows: number, own: number, peer: number): BenchResult {
  const move = (seconds: number) => ({
    ...{ round: 1, seconds, steps: [], processes: [], cpu: [], statements: [] },
  });
  const movers = moverResults(
    [
      { mover: 'moveout-copy', version: '1', moves: [move(own)] },
      { mover: 'pgcopydb', version: '1', moves: [move(peer)] },
    ],
    'pgcopydb',
  );
  return {
    ...{ kind: 'one-project', startedAt: '2026-01-01T00:00:00Z', seed: '1', rounds: 1 },
    ...{ machine: { cores: 2, megabytes: 1, node: '20' }, missing: [], growth: [] },
    postgres: { release: '15', settings: {} },
    sizes: [{ users: 1, objects: 1, neighbours: 0, rows, against: 'pgcopydb', movers }],
  };
}

describe('logScale', () => {
  it('gives each power of ten the same length, and whole powers at the ends', () => {
    const { powers, at } = logScale([20, 3_000], { start: 100, end: 400 });
    expect(powers).toEqual([10, 100, 1_000, 10_000]);
    expect([10, 100, 1_000, 10_000].map(at)).toEqual([100, 200, 300, 400]);
  });

  it('has a length for one value', () => {
    expect(logScale([100], { start: 0, end: 9 }).powers).toEqual([100, 1_000]);
  });
});

describe('seriesOf', () => {
  it('orders the sizes of several results by rows, and takes the last of equal ones', () => {
    const results = [resultOf(1_000, 9, 9), resultOf(10, 1, 2), resultOf(1_000, 3, 4)];
    expect(seriesOf(results)).toEqual([
      {
        mover: 'moveout-copy',
        points: [
          { rows: 10, seconds: 1 },
          { rows: 1_000, seconds: 3 },
        ],
      },
      {
        mover: 'pgcopydb',
        points: [
          { rows: 10, seconds: 2 },
          { rows: 1_000, seconds: 4 },
        ],
      },
    ]);
  });
});

describe('growthSvg', () => {
  it('draws linear growth as a straight line and names its exponent', () => {
    const sizes = [1_000, 10_000, 100_000];
    const svg = growthSvg(seriesOf(sizes.map((rows) => resultOf(rows, rows / 100, rows / 1_000))));
    const [own = '', peer = ''] = [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(
      ([, points]) => points,
    );
    expect(own).toBe('70.0,273.3 285.0,146.7 500.0,20.0');
    expect(peer.split(' ')).toHaveLength(3);
    expect(svg.match(/rows to the power of 1\.00/g)).toHaveLength(2);
  });
});
