import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowType } from '../../workflows/domain/names';
import { endingOf } from '../support/harness/ending';
import type { Intervene } from '../support/harness/interventions';
import { openTestbed, type Testbed } from '../support/harness/testbed';

const PROJECT = { projectRef: 'project-abc', databaseName: 'project_abc_db' };

const CASES: readonly (readonly [WorkflowType, object, string])[] = [
  ['migrateProject', PROJECT, '**project-abc** → database `project_abc_db` · **running**'],
  ['migrateProject', { projectRef: 'project-abc' }, '**project-abc** · **running**'],
  ['backupProject', PROJECT, '**project-abc** → database `project_abc_db` · **running**'],
  ['verifyProject', PROJECT, '**project-abc** → database `project_abc_db` · **running**'],
  [
    'restoreProject',
    { backupId: 'backup_project-abc_1234567890', databaseName: 'project_abc_db' },
    '**project-abc** → database `project_abc_db` · **running**',
  ],
];

describe('the details of a run that is being planned', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed();
  });
  afterAll(() => bed.close());

  it.each(CASES)('name what its request names: %s of %j', async (type, input, head) => {
    const seen: string[] = [];
    const look: Intervene = async () => {
      const workflowId = activityInfo().workflowExecution?.workflowId ?? '';
      const handle = bed.temporal.workflow.getHandle(workflowId);
      const { currentDetails } = await handle.query<{ currentDetails: string }>(
        '__temporal_workflow_metadata',
      );
      seen.push(currentDetails);
      throw ApplicationFailure.nonRetryable('seen enough', 'AccessDenied');
    };
    const handle = await bed.start(type, [input], look);
    const { report } = await endingOf(handle);
    expect(seen.map((details) => details.split('\n')[0])).toEqual([head]);
    expect(report).toMatchObject({ projectRef: 'project-abc', outcome: 'refused' });
    const history = await handle.fetchHistory();
    const timers = (history.events ?? []).filter((event) => event.timerStartedEventAttributes);
    expect(timers).toEqual([]);
  });
});
