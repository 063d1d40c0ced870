import { openBench, playOn } from './matrix/bench';
import type { Bench, Cell } from './matrix/cell';
import { chosenCells, type Choice } from './matrix/plan';

/** One cell of every family of faults, spread over the steps; `npm run test:faults` plays them all. */
const SHORT: readonly Required<Choice>[] = [
  { step: 'migrateAuth', moment: 'during', fault: 'worker killed' },
  { step: 'initSchema', moment: 'created, before the mark', fault: 'sessions ended on target' },
  { step: 'migrateStorage', moment: 'during', fault: 'target server restarted' },
  { step: 'backupProject', moment: 'during', fault: 'network cut' },
  { step: 'finishSchema', moment: 'during', fault: 'disk full for target' },
  { step: 'initSchema', moment: 'after', fault: 'privilege lost on target' },
  { step: 'verifyProject', moment: 'after', fault: 'cancelled' },
  { step: 'migrateAuth', moment: 'after', fault: 'terminated' },
];

describe('a migration that is struck by a fault', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench('short', 'json');
  });
  afterAll(() => bench.lane.close());

  it.each(SHORT)('has one of three endings: $step, $moment, $fault', async (choice) => {
    const [cell] = cellsOf(choice);
    if (cell === undefined) throw new Error('there is no such cell');
    const { ending, problems, reason } = await playOn(bench, cell);
    expect(problems).toEqual([]);
    if (reason === undefined) expect(ending).toMatch(/^(migrated|restored|parked, restored)$/);
    else expect(reason).toMatch(/needs (root|Linux)/);
  });
});

function cellsOf(choice: Choice): readonly Cell[] {
  return chosenCells(choice).filter(({ place }) => place.moment === choice.moment);
}
