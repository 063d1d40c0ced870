import { TASK_QUEUE } from '../../../../workflows/domain/names';
import { SEARCH_ATTRIBUTES } from '../../../../workflows/domain/search-attributes';
import { until } from '../../../support/until';
import type { Fault } from '../fault';
import type { Scene } from '../scene';
import { settle, type Account } from '../settle';
import { lateAttemptOver } from './workers';

/** Terminated, which undoes nothing; then `reconcile` is started by hand. */
export const terminated: Fault = {
  name: 'terminated, reconciled',
  strike: async ({ lane, handle, held, release }) => {
    await handle.terminate('a fault of the matrix');
    // A verification that does not know it yet may complete the migration first.
    if (held.activity === 'verifyProject') await lane.crew.hasHeard(held);
    release();
  },
  afterwards: async (scene) => {
    await lateAttemptOver(scene.lane.crew, scene.held);
    return reconcile(scene, 'terminated');
  },
};

const LISTED = {
  terminated: `ExecutionStatus = 'Terminated'`,
  parked: `${SEARCH_ATTRIBUTES.outcome} = 'parked'`,
} as const;

/** Runs `reconcile` and follows what it started under the workflow id of the run that left something behind. */
export async function reconcile(
  { lane, handle }: Pick<Scene, 'lane' | 'handle'>,
  how: keyof typeof LISTED,
): Promise<Account> {
  const { workflow } = lane.temporal.client;
  const { workflowId } = handle;
  const { runId } = await handle.describe();
  const query = `RunId = '${runId}' AND ${LISTED[how]}`;
  await until('the run to be listed as it ended', () => workflow.count(query), {
    isSo: ({ count }) => count > 0,
  });
  await workflow.execute('reconcile', {
    workflowId: `reconcile/${lane.name}`,
    taskQueue: TASK_QUEUE,
    args: [{}],
  });
  const account = await settle(workflow.getHandle(workflowId));
  return { ...account, wasParked: account.wasParked || how === 'parked' };
}
