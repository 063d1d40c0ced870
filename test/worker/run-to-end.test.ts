import { IllegalStateError } from '@temporalio/common';
import { DefaultLogger, Runtime, type Worker } from '@temporalio/worker';
import { runToEnd } from '../../worker/run-to-end';

const STILL_HELD = new IllegalStateError('Worker still in use: Expected 1 reference, but got 2');

describe('a worker that cannot free its native part', () => {
  const logged: string[] = [];
  beforeAll(() => {
    const logger = new DefaultLogger('WARN', ({ message }) => logged.push(message));
    Runtime.install({ logger, shutdownSignals: [] });
  });

  function workerThat(
    state: ReturnType<Worker['getState']>,
    error: Error,
  ): Pick<Worker, 'run' | 'getState'> {
    return { run: () => Promise.reject(error), getState: () => state };
  }

  it('has ended well if it had stopped before, and says so in the log', async () => {
    await runToEnd(workerThat('STOPPED', STILL_HELD));
    expect(logged).toEqual(['the worker has stopped, its memory is not freed']);
  });

  it.each([
    ['has not stopped', 'FAILED', STILL_HELD],
    ['fails for another reason', 'STOPPED', new Error('the connection is closed')],
  ] as const)('is broken if it %s', async (_, state, error) => {
    await expect(runToEnd(workerThat(state, error))).rejects.toBe(error);
  });
});
