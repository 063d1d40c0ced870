import { IllegalStateError } from '@temporalio/common';
import { Runtime, type Worker } from '@temporalio/worker';

/**
 * Runs a worker until all its work has ended. Rejects with what broke the worker.
 *
 * The SDK frees its native part last. At times a call of its own still holds that part ("Worker still in
 * use: Expected 1 reference"), and `run` rejects although the worker has stopped in good order. That is
 * logged and is no failure.
 */
export async function runToEnd(worker: Pick<Worker, 'run' | 'getState'>): Promise<void> {
  try {
    await worker.run();
  } catch (error) {
    if (!(error instanceof IllegalStateError) || worker.getState() !== 'STOPPED') throw error;
    Runtime.instance().logger.warn('the worker has stopped, its memory is not freed', { error });
  }
}
