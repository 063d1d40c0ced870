import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { actualRows, expectedRows } from '../../support/harness/expected-rows';
import { endingOf } from '../../support/harness/ending';
import { openTestbed, type Testbed, type TestProject } from '../../support/harness/testbed';
import { until } from '../../support/until';
import { Gate } from './gate';
import { openShifts, type Shifts } from './shifts';
import { temporal } from './temporal';

const UNPATCHED = { workflowsPath: require.resolve('./variants/unpatched') };

describe('two worker deployment versions', () => {
  const deploymentName = `moveout-${randomUUID()}`;
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

  it('keep a run on the version it began on, and give a new one the current version', async () => {
    const gate = new Gate('auth.sessions');
    const [old, fresh] = [bed.nextProject(), bed.nextProject()];
    const leaveOne = await shifts.begin({ deployment: version('1') });
    await makeCurrent('1');
    const begun = await shifts.migrate(old, gate);
    await gate.reached();

    const deployment = version('2');
    const leaveTwo = await shifts.begin({ deployment, workflows: UNPATCHED });
    await makeCurrent('2');
    const later = await shifts.migrate(fresh);
    await expectMigrated(fresh, later);
    await gate.open();
    await expectMigrated(old, begun);

    expect(shifts.noted).toEqual([fresh.databaseName]);
    expect(await versionsOf(begun)).toEqual([`${deploymentName}:1`]);
    expect(await versionsOf(later)).toEqual([`${deploymentName}:2`]);
    await Promise.all([leaveOne(), leaveTwo()]);
  });

  const version = (buildId: string) => ({ deploymentName, buildId });

  /** Tries until the server has heard of the version, which it does with the worker's first polls. */
  async function makeCurrent(buildId: string): Promise<void> {
    const names = ['--deployment-name', deploymentName, '--build-id', buildId];
    await until('a version that can be made current', async () => {
      try {
        await temporal('worker', 'deployment', 'set-current-version', ...names, '--yes');
        return true;
      } catch (error) {
        if (/pollers|polled|not found|missing/i.test(String(error))) return false;
        throw error;
      }
    });
  }

  async function expectMigrated(project: TestProject, handle: WorkflowHandle): Promise<void> {
    const { message, report } = await endingOf(handle);
    expect({ message, outcome: report?.outcome }).toEqual({ message: '', outcome: 'migrated' });
    const { databaseName, projectRef } = project;
    expect(await actualRows(databaseName)).toEqual(await expectedRows(bed.source, projectRef));
  }
});

/** The deployment versions whose workers took a workflow task of the run. */
async function versionsOf(handle: WorkflowHandle): Promise<readonly string[]> {
  const { events } = await handle.fetchHistory();
  const versions = (events ?? []).flatMap(({ workflowTaskCompletedEventAttributes: task }) =>
    task === undefined || task === null ? [] : [task.deploymentVersion],
  );
  return [...new Set(versions.map((v) => `${v?.deploymentName ?? ''}:${v?.buildId ?? ''}`))];
}
