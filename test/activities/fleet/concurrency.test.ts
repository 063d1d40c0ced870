import { mapConcurrently } from '../../../activities/fleet/concurrency';
import { deferred } from '../../support/deferred';

describe('mapConcurrently', () => {
  it('keeps the order, and has no more under way at once than it may', async () => {
    let running = 0;
    let most = 0;
    const results = await mapConcurrently([3, 1, 2, 4], 2, async (item) => {
      running += 1;
      most = Math.max(most, running);
      for (let turn = 0; turn < item; turn += 1) await Promise.resolve();
      running -= 1;
      return item * 10;
    });
    expect([results, most, running]).toEqual([[30, 10, 20, 40], 2, 0]);
  });

  it('begins nothing after a failure, and throws once all that was begun has ended', async () => {
    const { promise: held, resolve: release } = deferred<undefined>();
    const ended: number[] = [];
    const mapped = mapConcurrently([1, 2, 3, 4], 2, async (item) => {
      if (item === 2) throw new Error('the second fails');
      await held;
      ended.push(item);
    });
    let isSettled = false;
    const outcome = mapped.then(
      () => 'done',
      (error: unknown) => String(error),
    );
    void outcome.then(() => (isSettled = true));
    await new Promise(setImmediate);
    expect(isSettled).toBe(false);
    release(undefined);
    expect(await outcome).toBe('Error: the second fails');
    expect(ended).toEqual([1]);
  });
});
