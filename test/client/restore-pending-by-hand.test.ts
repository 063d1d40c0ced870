import { ApplicationFailure } from '@temporalio/common';
import { migrationWorkflowId } from '../../workflows/domain/names';
import { given } from '../ground/given';
import { execute, exists } from '../support/harness/databases';
import { endingOf } from '../support/harness/ending';
import type { Intervene } from '../support/harness/interventions';
import { useOwnTemporal } from '../support/harness/own-temporal';
import { openTestbed, type Testbed, type TestProject } from '../support/harness/testbed';
import { runScript, type Outcome } from './script';

describe('an operator with a parked project', () => {
  let bed: Testbed;
  let endTemporal: () => Promise<void>;
  beforeAll(async () => {
    // What other files have left of a project with the same ref would be pending too.
    endTemporal = await useOwnTemporal();
    bed = await openTestbed();
  });
  afterAll(async () => {
    await bed.close();
    await endTemporal();
  });

  it('is told that nothing knows a misspelt ref', async () => {
    const { status, stdout, stderr } = await moveout('restore-pending', 'no-such-project');
    expect(stderr).toContain('NotFound: this Temporal knows no run of project "no-such-project"');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  it('sees in one line that a restore of the project runs, and starts the migration after it', async () => {
    const project = await parked();
    const beside: Outcome[] = [];
    const workflowId = migrationWorkflowId(project.projectRef);
    bed.intervene(workflowId, async (name, real) => {
      if (name === 'restoreProject') beside.push(await migrate(project));
      return real();
    });
    expect((await moveout('restore-pending', project.projectRef)).status).toBe(0);
    expect(beside).toMatchObject([{ status: 2, stdout: '' }]);
    expect(beside[0]?.stderr).toMatch(
      /^InvalidInput: migrate-project\/\S+ is already running \(run \S+\): it restores what an earlier run has left; give the same command again once it has ended\n$/,
    );
    expect((await migrate(project)).status).toBe(0);
  });

  it('restores what Temporal has forgotten by the command that each message names', async () => {
    const project = await parked();
    const { projectRef, databaseName } = project;
    const gone = `run_id = '7b0d3a52-0000-4000-8000-000000000000', workflow_id = 'gone/${projectRef}'`;
    await execute(databaseName, `UPDATE moveout.migration SET ${gone}`);
    const command = ['restore-pending', projectRef, '--forgotten'];
    const refused = await migrate(project);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain(`restore it with moveout ${command.join(' ')}`);
    const reported = await moveout('restore-pending', projectRef);
    expect(reported.status).toBe(3);
    expect(reported.stdout).toContain(`restore it with moveout ${command.join(' ')}`);
    expect(await exists(databaseName)).toBe(true);
    const { status, stdout } = await moveout(...command);
    expect(stdout).toMatch(/^gone\/\S+ \(forgotten\) → \S+: restored\. /m);
    expect(status).toBe(0);
    expect(await exists(databaseName)).toBe(false);
  });

  /** A project whose migration was parked; its target did not exist before. */
  async function parked(): Promise<TestProject> {
    const project = bed.nextProject();
    const workflowId = migrationWorkflowId(project.projectRef);
    bed.intervene(workflowId, unrestorable);
    const { taskQueue } = bed;
    const options = { workflowId, taskQueue, args: [project] };
    const ending = await endingOf(await bed.temporal.workflow.start('migrateProject', options));
    expect(ending.report?.outcome).toBe('parked');
    bed.intervene(workflowId, (_name, real) => real());
    return project;
  }

  function migrate({ projectRef, databaseName, ownerUserId }: TestProject): Promise<Outcome> {
    const project = [`--project-ref=${projectRef}`, `--database=${databaseName}`];
    return moveout('migrate', ...project, `--owner=${ownerUserId}`);
  }

  function moveout(...args: readonly string[]): Promise<Outcome> {
    const env = {
      TEMPORAL_ADDRESS: given('MOVEOUT_TEST_TEMPORAL_ADDRESS'),
      MOVEOUT_TASK_QUEUE: bed.taskQueue,
    };
    return runScript(args, { cwd: bed.backups, program: 'main', env });
  }
});

/** Fails the migration after its schema is made, and the restore. */
const unrestorable: Intervene = (name, real) => {
  if (name === 'migrateAuth') throw ApplicationFailure.nonRetryable('injected', 'DataRejected');
  if (name !== 'restoreProject') return real();
  throw ApplicationFailure.nonRetryable('no way back for now', 'RestoreUnproved');
};
