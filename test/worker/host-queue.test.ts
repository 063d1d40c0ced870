import { mkdir, mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger, Runtime, type Worker } from '@temporalio/worker';
import { claimHost } from '../../activities/disk/host-id';
import { HostQueue } from '../../worker/host-queue';
import { deferred } from '../support/deferred';

describe('the queue of a backup directory’s host', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'moveout-host-queue-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  /** A queue whose first host resolves `served`. */
  function queueOf(): { readonly queue: HostQueue; readonly served: Promise<string> } {
    const { promise: served, resolve } = deferred<string>();
    const create = (host: string): Promise<Worker> => {
      resolve(host);
      return new Promise(() => undefined);
    };
    const queue = new HostQueue({ directory, name: undefined, create }, () => undefined);
    return { queue, served };
  }

  it('is served once the directory can be read, though nobody asks again', async () => {
    const { promise: warning, resolve: warn } = deferred<string>();
    Runtime.install({ logger: new DefaultLogger('WARN', () => warn('')), shutdownSignals: [] });
    // A folder in place of the file: reading it fails as on a disk that does not answer.
    await mkdir(join(directory, 'host'));
    const { queue, served } = queueOf();
    queue.begin();
    await warning;
    await rmdir(join(directory, 'host'));
    await writeFile(join(directory, 'host'), 'a556a8dd07d0\n');
    expect(await served).toBe('a556a8dd07d0');
    queue.shutdown();
  });

  it('is served once another worker has given the directory its id', async () => {
    const { queue, served } = queueOf();
    queue.begin();
    expect(await queue.known()).toBeUndefined();
    const host = await claimHost(directory, undefined);
    expect(await served).toBe(host);
    queue.shutdown();
  });
});
