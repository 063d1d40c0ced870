import { openBench } from './matrix/bench';
import type { Bench } from './matrix/cell';
import { WORKERS } from './matrix/faults/workers';
import { Random } from './soak/random';
import { wave } from './soak/wave';

// `npm run test:soak` runs two hundred.
describe('migrations at once while things go wrong at random', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench('soak', 'copy');
  });
  afterAll(() => bench.lane.close());

  it('all have one of three endings, and nothing is left over', async () => {
    await bench.lane.crew.fill(WORKERS);
    const random = new Random(7);
    const soaked = await wave({ ...bench, random, happened: () => undefined }, 4);
    expect(soaked.flatMap(({ problems }) => problems)).toEqual([]);
    expect(soaked).toHaveLength(4);
  });
});
