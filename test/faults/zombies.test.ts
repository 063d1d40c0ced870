import { openBench, playOn } from './matrix/bench';
import type { Bench } from './matrix/cell';
import { triesInCopy } from './zombies/cells';

// `npm run test:zombies` makes twenty tries, and more at other moments.
describe('a worker that wakes up in the middle of COPY after the restore was proved', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench('zombies', 'copy');
  });
  afterAll(() => bench.lane.close());

  it.each(triesInCopy(4).filter((_, index) => index % 3 === 0))(
    'changes nothing in a target that was $kind',
    async (cell) => {
      const { ending, problems } = await playOn(bench, cell);
      expect(problems).toEqual([]);
      expect(ending).toBe('restored');
    },
  );
});
