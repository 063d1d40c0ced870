import { ApplicationFailure } from '@temporalio/common';
import { reportOf } from './report-of';
import {
  openStubbedFleet,
  someProjects,
  type StubbedFleet,
} from '../../support/harness/stubbed-fleet';

describe('the record of a fleet', () => {
  let bed: StubbedFleet;
  beforeAll(async () => {
    bed = await openStubbedFleet();
  });
  afterAll(() => bed.close());

  it('writes down no more of a reason than Temporal takes for fifty projects at once', async () => {
    bed.ground.projects = someProjects(2);
    bed.ground.migrating = () =>
      Promise.reject(ApplicationFailure.nonRetryable('x'.repeat(20_000), 'DataRejected'));
    const handle = await bed.start({ limits: { maxFailures: 5 } });
    await reportOf(handle);
    const refs = bed.ground.projects.map(({ ref }) => ref);
    const entries = [...bed.ground.records.values()]
      .flat()
      .filter(({ projectRef }) => refs.includes(projectRef));
    const lengths = entries.flatMap(({ problems }) =>
      problems.map(({ message }) => message.length),
    );
    expect(lengths).toHaveLength(2);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1_001);
  });
});
