import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { WorkflowFailedError } from '@temporalio/client';
import { TimeoutFailure } from '@temporalio/common';
import type { BenchGround } from '../ground/ground';

/** A new worker polls within seconds, also on a busy machine. */
const WITHIN = '2 minutes';

/** Waits until the worker works: until it has refused something. Throws what it logged last if it never does. */
export async function untilWorking(
  { client, folder }: Pick<BenchGround, 'client' | 'folder'>,
  taskQueue: string,
): Promise<void> {
  const workflowId = `ready/${taskQueue}`;
  const order = { taskQueue, workflowId, args: [{}], workflowExecutionTimeout: WITHIN } as const;
  try {
    await client.workflow.execute('verifyProject', order);
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    if (!(error.cause instanceof TimeoutFailure)) return;
    const logged = await readFile(path.join(folder, `${taskQueue}.worker.log`), 'utf8');
    const last = logged.trim().split('\n').at(-1) ?? '';
    throw new Error(`the worker did not begin to work within ${WITHIN}: ${last}`);
  }
}
