import type { WorkflowHandle } from '@temporalio/client';
import { execute, freshName, urlOf } from '../support/harness/databases';
import { endingOf } from '../support/harness/ending';
import { imageOf } from '../support/harness/image';
import { before } from '../support/harness/interventions';
import { useOwnTemporal } from '../support/harness/own-temporal';
import { openTestbed, type Testbed, type TestProject } from '../support/harness/testbed';
import { until } from '../support/until';
import { Gate } from './upgrade/gate';
import { temporal } from './upgrade/temporal';

describe('a migration whose worker loses its privileges', () => {
  const role = freshName('mover');
  let bed: Testbed;
  let endTemporal: () => Promise<void>;
  beforeAll(async () => {
    // What other files have left of a project with the same ref would be pending too.
    endTemporal = await useOwnTemporal();
    bed = await openTestbed();
    await execute('postgres', `CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD '${role}'`);
    const timing = { silence: 5000, longestPause: 1000, parkAfter: 3000 };
    bed.configured.settings = { ...bed.configured.settings, timing };
  });
  afterAll(async () => {
    await bed.close();
    await endTemporal();
    await execute('postgres', `DROP ROLE ${role}`);
  });

  it('is listed as parked, says what helps, and is restored by a workflow that the CLI starts', async () => {
    const project = await filled();
    const { projectRef } = project;
    const found = await imageOf(project.databaseName);
    const { workflowId } = await parked(project);
    const words = await temporal('workflow', 'metadata', '--workflow-id', workflowId);
    expect(words).toContain('permission denied');
    expect(words).toContain(`moveout restore-pending ${projectRef}`);
    expect(words).toContain(`moveout restore-pending ${projectRef} --abandon --reason=`);

    await execute('postgres', `ALTER ROLE ${role} SUPERUSER`);
    await reconcile({ projectRef });
    const ending = await endingOf(bed.temporal.workflow.getHandle(workflowId));
    expect(ending).toMatchObject({ status: 'Failed', report: { outcome: 'restored' } });
    expect(await imageOf(project.databaseName)).toEqual(found);
  });

  it('is abandoned with a reason, but not while the role lacks the right to do that', async () => {
    const project = await filled();
    const { projectRef } = project;
    const { workflowId } = await parked(project);
    const abandon = reconcile({ projectRef, abandon: 'the database is dropped by hand' });
    await expect(abandon).rejects.toThrow('workflow failed');
    const still = await endingOf(bed.temporal.workflow.getHandle(workflowId));
    expect(still).toMatchObject({ type: 'RestorePending', report: { outcome: 'parked' } });

    await execute('postgres', `ALTER ROLE ${role} SUPERUSER`);
    await reconcile({ projectRef, abandon: 'the database is dropped by hand' });
    const ending = await endingOf(bed.temporal.workflow.getHandle(workflowId));
    expect(ending).toMatchObject({ type: 'Abandoned', report: { outcome: 'abandoned' } });
    expect(ending.message).toContain('the database is dropped by hand');
  });

  /** Runs the workflow `reconcile` as anybody with the Temporal CLI can. */
  async function reconcile(input: object): Promise<void> {
    const start = ['workflow', 'execute', '--type', 'reconcile', '--task-queue', bed.taskQueue];
    await temporal(...start, '--input', JSON.stringify(input));
  }

  /** A project that is migrated already, by another role. */
  async function filled(): Promise<TestProject> {
    logInAs();
    const project = bed.nextProject();
    expect(await bed.run('migrateProject', project)).toMatchObject({ message: '' });
    return project;
  }

  /** A migration over that; the role is no superuser any more from the middle of a step on. */
  async function parked(project: TestProject): Promise<WorkflowHandle> {
    await execute('postgres', `ALTER ROLE ${role} SUPERUSER`);
    logInAs(role);
    const gate = new Gate('auth.sessions');
    const hold = before('migrateAuth', () => gate.close(project.databaseName));
    const input = { ...project, replace: true };
    const handle = await bed.start('migrateProject', [input], hold);
    await gate.reached();
    await execute('postgres', `ALTER ROLE ${role} NOSUPERUSER`);
    await gate.open();
    expect((await endingOf(handle)).report?.outcome).toBe('parked');
    await listed(`MoveoutOutcome="parked" AND WorkflowId="${handle.workflowId}"`);
    return handle;
  }

  function logInAs(as?: string): void {
    bed.configured.urls = { ...bed.configured.urls, projects: urlOf('postgres', as) };
  }
});

/** Resolves once the CLI lists one such run. */
async function listed(query: string): Promise<void> {
  await until(`a run with ${query}`, async () => {
    const answer = await temporal('workflow', 'list', '--query', query, '-o', 'json');
    const runs: unknown = JSON.parse(answer);
    return Array.isArray(runs) && runs.length === 1;
  });
}
