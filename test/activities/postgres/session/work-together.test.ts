import { workTogether, type Work } from '../../../../activities/postgres/session/side-by-side';
import { deferred } from '../../../support/deferred';

describe('workTogether', () => {
  it('does what comes of a piece of work before what waits already, on the session that is free', async () => {
    const done: string[] = [];
    const gate = deferred<undefined>();
    const named =
      (name: string, more: readonly Work<string>[] = []): Work<string> =>
      (session) => {
        done.push(`${name} on ${session}`);
        return Promise.resolve(more);
      };
    const held: Work<string> = async (session) => {
      done.push(`large on ${session}`);
      await gate.promise;
      return [named('key of large')];
    };
    const last: Work<string> = async (session) => {
      done.push(`last on ${session}`);
      gate.resolve(undefined);
      return Promise.resolve([]);
    };
    await workTogether(['a', 'b'], [held, named('small', [named('key of small')]), last]);
    expect(done.slice(0, 4)).toEqual([
      'large on a',
      'small on b',
      'key of small on b',
      'last on b',
    ]);
    expect(done[4]).toMatch(/^key of large on/);
    expect(done).toHaveLength(5);
  });

  it('waits on an idle session for what another one still brings', async () => {
    const started = deferred<undefined>();
    const both = deferred<undefined>();
    const second: Work<string> = async () => {
      both.resolve(undefined);
      return Promise.resolve([]);
    };
    const first: Work<string> = async () => {
      started.resolve(undefined);
      await both.promise;
      return [];
    };
    const source: Work<string> = () => Promise.resolve([first, second]);
    await workTogether(['a', 'b'], [source]);
    await started.promise;
  });

  it('throws the first failure at once, and begins nothing after it', async () => {
    const begun: string[] = [];
    const never = deferred<readonly Work<string>[]>();
    const work = [
      () => never.promise,
      () => Promise.reject(new Error('broken')),
      () => {
        begun.push('third');
        return Promise.resolve([]);
      },
    ];
    await expect(workTogether(['a', 'b'], work)).rejects.toThrow('broken');
    never.resolve([
      () => {
        begun.push('what came of the first');
        return Promise.resolve([]);
      },
    ]);
    await never.promise;
    await Promise.resolve();
    expect(begun).toEqual([]);
  });
});
