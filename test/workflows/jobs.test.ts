import { migrationWorkflowId } from '../../workflows/domain/names';
import { planOf } from '../support/harness/plan-of';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { reportOf } from './fleet/report-of';

describe('the sessions of a run', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await openTestbed();
  });
  afterAll(() => bed.close());

  it('are said by the plan', async () => {
    const project = bed.nextProject();
    expect(await planOf(bed, project)).toMatchObject({ jobs: 2 });
    expect(await planOf(bed, { ...project, jobs: 5 })).toMatchObject({ jobs: 5 });
  });

  it.each([0, 17, 1.5, '4', null])('cannot be %j: one message, nothing touched', async (jobs) => {
    const { report, message } = await bed.run('migrateProject', { ...bed.nextProject(), jobs });
    expect(report?.outcome).toBe('refused');
    expect(message).toContain('"jobs" must be a whole number from 1 to 16');
  });

  it('of each project of a fleet are those of the fleet', async () => {
    const { projectRef: ref, databaseName, ownerUserId: owner } = bed.nextProject();
    const list = [{ ref, database: databaseName, owner }];
    bed.configured.settings = { ...bed.configured.settings, projects: { list } };
    const { outcome } = await reportOf(await bed.start('migrateAll', [{ jobs: 7 }]));
    const child = bed.temporal.workflow.getHandle(migrationWorkflowId(ref));
    const [first] = (await child.fetchHistory()).events ?? [];
    const [input] = first?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    expect(outcome).toBe('migrated');
    expect(JSON.parse(Buffer.from(input?.data ?? []).toString())).toMatchObject({ jobs: 7 });
  });
});
