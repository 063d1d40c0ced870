import { openBench, playOn } from './matrix/bench';
import type { Bench, Cell, Result } from './matrix/cell';
import { documentedEndings } from './matrix/documented-endings';
import { expectedLetters } from './matrix/expected-endings';
import { chosenCells, type Choice } from './matrix/plan';
import { smallDiskObstacle } from './ground/small-disk';
import { countsOf, lineOf, wellIn } from './report/line';

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
const obstacleTo = (choice: Choice): string | undefined =>
  needsSmallDisk(choice) ? smallDiskObstacle() : undefined;

describe('a migration that is struck by a fault', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench('short', 'json');
  });
  afterAll(() => bench.lane.close());

  describe.each(SHORT)('ends as expected: $step, $moment, $fault', (choice) => {
    const obstacle = obstacleTo(choice);
    (obstacle === undefined ? it : it.skip)(obstacle ?? 'played', async () => {
      const { reason, problems } = await playOn(bench, cellOf(choice));
      expect({ reason, problems }).toEqual({ reason: undefined, problems: [] });
    });
  });

  it('is skipped if its fault cannot be had here, with the reason: not passed, not failed', async () => {
    const cell = cellOf({ step: 'migrateAuth', moment: 'during', fault: 'worker killed' });
    const fault = { ...cell.fault, obstacle: () => 'needs a moon', strike: unexpected };
    const skipped = await playOn(bench, { ...cell, fault });
    const line = lineOf(skipped);
    expect(line).toMatch(/^skip migrateAuth, during, worker killed, \w+: needs a moon$/);
    expect(wellIn([line], [cell])).toEqual([]);
    const passed: Result = { cell, seconds: 1, ending: 'migrated', problems: [] };
    const failed: Result = { ...passed, problems: ['something is left'] };
    const counts = countsOf([skipped, skipped, passed, passed, passed, failed]);
    expect(counts).toEqual({ passed: 3, failed: 1, skipped: 2 });
  });
});

function unexpected(): Promise<void> {
  throw new Error('a cell was played that cannot be');
}

function cellOf(choice: Choice): Cell {
  const [cell] = chosenCells(choice).filter(({ place }) => place.moment === choice.moment);
  if (cell === undefined) throw new Error('there is no such cell');
  return cell;
}
