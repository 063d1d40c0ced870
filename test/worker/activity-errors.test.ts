import { MockActivityEnvironment } from '@temporalio/testing';
import type { LogEntry } from '@temporalio/worker';
import { DefaultLogger } from '@temporalio/worker';
import { failure } from '../../activities/runtime/failure';
import { closedErrors } from '../../worker/activity-errors';

const CANARY = 'hunter2';

describe('closedErrors', () => {
  const entries: LogEntry[] = [];
  const logger = new DefaultLogger('TRACE', (entry) => void entries.push(entry));
  const run = (use: () => Promise<unknown>): Promise<unknown> =>
    new MockActivityEnvironment(
      { activityType: 'readFleetPage' },
      { interceptors: [closedErrors], logger },
    ).run(use);
  const unexpected = (): readonly LogEntry[] =>
    entries.filter(({ message }) => message.startsWith('unexpected failure'));
  beforeEach(() => void entries.splice(0));

  it('logs where an unexpected error was thrown, and not what it said', async () => {
    const brokenPage = (): never => {
      throw new TypeError(`a row: ${CANARY}`);
    };
    await expect(run(() => Promise.resolve().then(brokenPage))).rejects.toMatchObject({
      type: 'Unexpected',
      nonRetryable: true,
    });
    const [entry] = unexpected();
    expect(entry?.meta).toMatchObject({ activity: 'readFleetPage' });
    expect(JSON.stringify(entry?.meta)).toContain('brokenPage');
    expect(JSON.stringify(entries.map(({ meta }) => meta))).not.toContain(CANARY);
  });

  it('turns an error of the system into its failure, and leaves one of the table as it is', async () => {
    const lost = Object.assign(new Error('EIO'), { code: 'EIO', path: '/backups' });
    await expect(run(() => Promise.reject(lost))).rejects.toMatchObject({
      type: 'BackupUnreachable',
      nonRetryable: false,
    });
    const own = failure('Fenced', 'a later attempt has taken over');
    await expect(run(() => Promise.reject(own))).rejects.toBe(own);
    expect(unexpected()).toEqual([]);
  });
});
