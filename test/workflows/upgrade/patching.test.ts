import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundle } from '@temporalio/worker';
import { actualRows, expectedRows } from '../../support/harness/expected-rows';
import { endingOf } from '../../support/harness/ending';
import { openTestbed, type Testbed, type TestProject } from '../../support/harness/testbed';
import { until } from '../../support/until';
import { Gate } from './gate';
import { openShifts, type Shifts } from './shifts';

const PATCHED = { workflowsPath: require.resolve('./variants/patched') };
const UNPATCHED = { workflowsPath: require.resolve('./variants/unpatched') };

describe('migrateProject, changed while a migration is under way', () => {
  let bed: Testbed;
  let shifts: Shifts;
  beforeAll(async () => {
    bed = await openTestbed();
    shifts = await openShifts(bed);
  });
  afterAll(async () => {
    await shifts.close();
    await bed.close();
  });

  it('finishes the old run without a step it has passed, and takes it in a new run', async () => {
    const gate = new Gate('auth.sessions');
    const [old, fresh] = [bed.nextProject(), bed.nextProject()];
    const leaveToday = await shifts.begin();
    const handle = await shifts.migrate(old, gate);
    await gate.reached();
    await leaveToday();
    const leaveTomorrow = await shifts.begin({ workflows: PATCHED });
    await gate.open();
    await expectMigrated(old, handle);
    await expectMigrated(fresh, await shifts.migrate(fresh));
    await leaveTomorrow();
    expect(shifts.noted).toEqual([fresh.databaseName]);
  });

  it('stands still under a change without a patch, and goes on once the old workflows are back', async () => {
    const gate = new Gate('auth.sessions');
    const project = bed.nextProject();
    const leaveToday = await shifts.begin();
    const handle = await shifts.migrate(project, gate);
    await gate.reached();
    await leaveToday();
    const leaveWrong = await shifts.begin({ workflows: UNPATCHED });
    await gate.open();
    await stuckAsNondeterministic(handle);
    await leaveWrong();
    const leaveTodayAgain = await shifts.begin();
    await expectMigrated(project, handle);
    await leaveTodayAgain();
    expect(shifts.noted).not.toContain(project.databaseName);
  });

  it('shows in a replay: the patched change takes the old way, the unpatched does not', async () => {
    const handle = await bed.start('migrateProject', [bed.nextProject()]);
    await endingOf(handle);
    const history = await handle.fetchHistory();
    const replay = async (version: typeof PATCHED): Promise<void> =>
      Worker.runReplayHistory({ workflowBundle: await bundle(version) }, history);
    await expect(replay(PATCHED)).resolves.toBeUndefined();
    await expect(replay(UNPATCHED)).rejects.toThrow(/[Nn]on-?determinism/);
  });

  async function expectMigrated(project: TestProject, handle: WorkflowHandle): Promise<void> {
    const { message, report } = await endingOf(handle);
    expect({ message, outcome: report?.outcome }).toEqual({ message: '', outcome: 'migrated' });
    const { databaseName, projectRef } = project;
    expect(await actualRows(databaseName)).toEqual(await expectedRows(bed.source, projectRef));
  }
});

/** Resolves once Temporal notes that the workflow took another way than its history. */
async function stuckAsNondeterministic(handle: WorkflowHandle): Promise<void> {
  await until('a workflow task that failed as nondeterministic', async () => {
    const history = historyToJSON(await handle.fetchHistory());
    return history.includes('WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR');
  });
}

function bundle(version: typeof PATCHED): Promise<WorkflowBundle> {
  return bundleWorkflowCode({ ...version, logger: new DefaultLogger('ERROR') });
}
