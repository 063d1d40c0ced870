import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { packageRoot } from '../../../../local/temporal-cli';
import { migrationWorkflowId } from '../../../../workflows/domain/names';
import { until } from '../../../support/until';
import type { Fault } from '../fault';
import type { Stage } from '../scene';

const clients = new Map<string, () => Promise<void>>();

const cancelled: Fault = {
  name: 'cancelled',
  strike: async ({ lane, handle, held, release }) => {
    await handle.cancel();
    // A verification that does not know it yet may complete the run first.
    if (held.activity === 'verifyProject') await lane.crew.hasHeard(held);
    release();
  },
};

const clientKilled: Fault = {
  name: 'client killed',
  start: startByScript,
  strike: async ({ lane, release }) => {
    await clients.get(lane.name)?.();
    release();
  },
};

/** What comes from those who ask for migrations. */
export const REQUEST_FAULTS: readonly Fault[] = [cancelled, clientKilled];

/** Runs the script of the README against the lane's Temporal, and finds the run that it started. */
async function startByScript(stage: Stage): Promise<WorkflowHandle> {
  const { lane, project, database, kind } = stage;
  const replace = kind === 'filled' || kind === 'differing' ? ['--replace'] : [];
  const program = path.join(packageRoot(), 'dist', 'client', 'migrate-project.js');
  const flags = [`--project-ref=${project.ref}`, `--database=${database}`];
  const script = spawn(
    process.execPath,
    [program, ...flags, `--owner=${project.owner}`, ...replace],
    {
      env: { PATH: process.env['PATH'], TEMPORAL_ADDRESS: lane.temporal.address },
      stdio: 'ignore',
    },
  );
  clients.set(lane.name, async () => {
    const gone = once(script, 'exit');
    if (!script.kill('SIGKILL')) throw new Error('the script had ended before it could be killed');
    await gone;
  });
  const { workflow } = lane.temporal.client;
  return until('the script to start the migration', async () => {
    const handle = workflow.getHandle(migrationWorkflowId(project.ref));
    const found = await handle.describe().catch(() => undefined);
    if (found?.status.name !== 'RUNNING') return undefined;
    return workflow.getHandle(handle.workflowId, found.runId);
  });
}
