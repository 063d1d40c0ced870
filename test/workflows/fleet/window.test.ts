import { reportOf } from './report-of';
import {
  openStubbedFleet,
  progressOf,
  someProjects,
  type StubbedFleet,
} from '../../support/harness/stubbed-fleet';
import { until } from '../../support/until';
import { timelineOf } from './timeline';

describe('the window of a fleet', () => {
  let bed: StubbedFleet;
  beforeAll(async () => {
    bed = await openStubbedFleet();
  });
  afterAll(() => bed.close());

  it('starts nothing outside its window, and goes on when that opens', async () => {
    bed.ground.projects = someProjects(3);
    const opensAt = Date.now() + 3_000;
    bed.ground.window = () => ({
      isOpen: Date.now() >= opensAt,
      changesAt: Date.now() >= opensAt ? Number.MAX_SAFE_INTEGER : opensAt,
    });
    const window = { from: '22:00', to: '05:00', timezone: 'Europe/Berlin' };
    const handle = await bed.start({ limits: { window } });
    const { running } = await until('the fleet to wait for its window', async () => {
      const progress = await progressOf(handle);
      return progress.state === 'outside its window' ? progress : undefined;
    });
    expect(running).toEqual([]);
    await reportOf(handle);
    const spans = await timelineOf(
      bed.temporal,
      bed.ground.projects.map(({ ref }) => ref),
    );
    expect(Math.min(...spans.map(({ from }) => from))).toBeGreaterThanOrEqual(opensAt);
  });

  it('starts nothing when its window has closed while the list was read', async () => {
    bed.ground.projects = someProjects(2);
    const closesAt = Date.now() + 1_500;
    const opensAt = closesAt + 2_500;
    bed.ground.window = () => {
      const now = Date.now();
      if (now < closesAt) return { isOpen: true, changesAt: closesAt };
      return now < opensAt
        ? { isOpen: false, changesAt: opensAt }
        : { isOpen: true, changesAt: Number.MAX_SAFE_INTEGER };
    };
    bed.ground.reading = async () => {
      await until('the window to close', () => Date.now() > closesAt);
    };
    const window = { from: '22:00', to: '05:00', timezone: 'Europe/Berlin' };
    const handle = await bed.start({ limits: { window } });
    expect(await reportOf(handle)).toMatchObject({ counts: { migrated: 2 } });
    const spans = await timelineOf(
      bed.temporal,
      bed.ground.projects.map(({ ref }) => ref),
    );
    expect(Math.min(...spans.map(({ from }) => from))).toBeGreaterThanOrEqual(opensAt);
  });
});
