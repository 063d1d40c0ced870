import { growthOf, moverResults, type MeasuredMove } from '../../bench/result/summary';
import type { SizeResult } from '../../bench/result/schema';

/** A round that took so long, half of it in each of two steps. */
const move = (round: number, seconds: number, more: Partial<MeasuredMove> = {}): MeasuredMove => ({
  ...{ round, seconds, processes: [], cpu: [], statements: [] },
  steps: [
    { step: 'first', seconds: seconds / 2 },
    { step: 'second', seconds: seconds / 2 },
  ],
  ...more,
});

const measured = [
  { mover: 'moveout-copy', version: '1', moves: [move(1, 10), move(2, 40), move(3, 12)] },
  { mover: 'pgcopydb', version: '2', moves: [move(1, 5), move(2, 4), move(3, 90)] },
] as const;

describe('moverResults', () => {
  it.each([
    ['pgcopydb', 12 / 5, 1],
    ['moveout-copy', 1, 5 / 12],
  ] as const)('divides medians by the median of %s', (against, own, peer) => {
    const results = moverResults(measured, against);
    expect(results.map(({ seconds }) => seconds.median)).toEqual([12, 5]);
    expect(results.map(({ ratio }) => ratio)).toEqual([own, peer]);
  });

  it('refuses a mover that was not measured', () => {
    expect(() => moverResults(measured, 'pg_dump-custom')).toThrow('was not measured');
  });

  it('gives medians of steps, the most memory, and means of CPU time and statements', () => {
    const worker = (peakMegabytes: number) => ({
      ...{ name: 'worker', processes: 1, peakMegabytes, togetherMegabytes: peakMegabytes },
    });
    const cpu = (database: string, seconds: number) => ({ name: 'backend', database, seconds });
    const insert = { database: 'target', statement: 'INSERT', calls: 2, seconds: 3, rows: 4 };
    const moves = [
      move(1, 1, { processes: [worker(200)], cpu: [cpu('a', 4)], statements: [insert] }),
      move(2, 3, { processes: [worker(150)], cpu: [cpu('a', 2), cpu('b', 8)] }),
    ];
    const [result] = moverResults([{ mover: 'pgcopydb', version: '', moves }], 'pgcopydb');
    expect(result).toMatchObject({
      steps: [
        { step: 'first', seconds: 1 },
        { step: 'second', seconds: 1 },
      ],
      processes: [worker(200)],
      cpu: [cpu('b', 4), cpu('a', 3)],
      statements: [{ calls: 1, seconds: 1.5, rows: 2 }],
    });
  });
});

describe('growthOf', () => {
  const size = (rows: number, seconds: number): SizeResult => ({
    ...{ rows, users: 1, objects: 1, neighbours: 0, against: 'pgcopydb' },
    movers: moverResults(
      [{ mover: 'pgcopydb', version: '', moves: [move(1, seconds)] }],
      'pgcopydb',
    ),
  });

  it('is of each mover, over the sizes', () => {
    const [growth] = growthOf([size(1_000, 1), size(10_000, 100)]);
    expect(growth?.mover).toBe('pgcopydb');
    expect(growth?.exponent).toBeCloseTo(2, 9);
  });

  it('says nothing of one size', () => {
    expect(growthOf([size(1_000, 1)])).toEqual([]);
  });
});
