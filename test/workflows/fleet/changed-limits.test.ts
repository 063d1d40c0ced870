import { defineUpdate } from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import type { FleetProgress } from '../../../workflows/domain/fleet';
import { until } from '../../support/until';
import {
  openStubbedFleet,
  progressOf,
  someProjects,
  type StubbedFleet,
} from '../../support/harness/stubbed-fleet';
import { reportOf } from './report-of';

describe('limits that are changed while a fleet runs', () => {
  let bed: StubbedFleet;
  beforeAll(async () => {
    bed = await openStubbedFleet();
  });
  afterAll(() => bed.close());

  it('hold at once for what has failed before', async () => {
    const projects = someProjects(4);
    bed.ground.projects = projects;
    let letGo = (): void => undefined;
    const going = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    bed.ground.migrating = (ref) =>
      ref === projects[0]?.ref
        ? Promise.reject(ApplicationFailure.nonRetryable('for the test', 'DataRejected'))
        : going;
    const handle = await bed.start({ limits: { concurrency: 1 } });
    await until('the second to run after the first has failed', async () => {
      const { counts, running } = await progressOf(handle);
      return counts.restored === 1 && running.length === 1 ? true : undefined;
    });
    const change = defineUpdate<FleetProgress, [unknown]>('changeLimits');
    const changed = await handle.executeUpdate(change, {
      args: [{ concurrency: 3, maxFailures: 0 }],
    });
    expect(changed).toMatchObject({ state: 'stopping', waiting: 2 });
    letGo();
    expect(await reportOf(handle)).toMatchObject({
      outcome: 'stopped',
      notStarted: 2,
      counts: { restored: 1, migrated: 1 },
    });
  });
});
