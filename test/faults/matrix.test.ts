import { openBench, playOn } from './matrix/bench';
import type { Bench, Cell } from './matrix/cell';
import { documentedEndings } from './matrix/documented-endings';
import { expectedLetters } from './matrix/expected-endings';
import { chosenCells, type Choice } from './matrix/plan';
import { smallDiskObstacle } from './ground/small-disk';

/** One cell of every family of faults, spread over the steps; `npm run test:faults` plays them all. */
const SHORT: readonly Required<Choice>[] = [
  { step: 'migrateAuth', moment: 'during', fault: 'worker killed' },
  { step: 'initSchema', moment: 'created, before the marker', fault: 'sessions ended on target' },
  { step: 'migrateStorage', moment: 'during', fault: 'target server restarted' },
  { step: 'backupProject', moment: 'during', fault: 'network cut' },
  { step: 'finishSchema', moment: 'during', fault: 'disk full for target' },
  { step: 'initSchema', moment: 'after', fault: 'privilege lost on target' },
  { step: 'verifyProject', moment: 'after', fault: 'cancelled' },
  { step: 'migrateAuth', moment: 'after', fault: 'terminated' },
];

describe('the expected endings', () => {
  it('are written down for each cell, and docs/faults.md shows the same', () => {
    const shown = documentedEndings();
    const cells = chosenCells({}).map(({ place, fault }) => ({
      name: `${place.step}, ${place.moment}, ${fault.name}`,
      letters: expectedLetters({ place, fault }),
    }));
    expect(Object.keys(shown).sort()).toEqual(cells.map(({ name }) => name).sort());
    expect(cells.filter(({ name, letters }) => !letters.includes(shown[name] ?? '?'))).toEqual([]);
  });
});

const needsSmallDisk = ({ fault }: Choice): boolean => fault?.startsWith('disk full') === true;
const isPlayable = (choice: Choice): boolean =>
  smallDiskObstacle() === undefined || !needsSmallDisk(choice);

describe('a migration that is struck by a fault', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench('short', 'json');
  });
  afterAll(() => bench.lane.close());

  it.each(SHORT.filter(isPlayable))('ends as expected: $step, $moment, $fault', async (choice) => {
    const { reason, problems } = await playOn(bench, cellOf(choice));
    expect({ reason, problems }).toEqual({ reason: undefined, problems: [] });
  });
});

function cellOf(choice: Choice): Cell {
  const [cell] = chosenCells(choice).filter(({ place }) => place.moment === choice.moment);
  if (cell === undefined) throw new Error('there is no such cell');
  return cell;
}
