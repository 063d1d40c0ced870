import { reportOf } from './report-of';
import {
  openStubbedFleet,
  someProjects,
  type StubbedFleet,
} from '../../support/harness/stubbed-fleet';

describe('the templates of a fleet between several servers', () => {
  let bed: StubbedFleet;
  beforeAll(async () => {
    bed = await openStubbedFleet();
  });
  afterAll(() => bed.close());

  it('are made one after another: an attempt ends all other sessions of its run', async () => {
    bed.ground.projects = someProjects(2);
    bed.ground.routes = ['east', 'west', 'north'].map((target) => ({ source: 'shared', target }));
    const asked: number[] = [];
    const started: ((id: string) => void)[] = [];
    const id = new Promise<string>((resolve) => started.push(resolve));
    bed.ground.preparing = async () => {
      const { events } = await bed.temporal.workflow.getHandle(await id).fetchHistory();
      const names = (events ?? []).map(
        (event) => event.activityTaskScheduledEventAttributes?.activityType?.name,
      );
      asked.push(names.filter((name) => name === 'prepareTemplates').length);
    };
    const handle = await bed.start({});
    started[0]?.(handle.workflowId);
    expect(await reportOf(handle)).toMatchObject({ outcome: 'migrated' });
    expect(asked).toEqual([1, 2, 3]);
  });
});
