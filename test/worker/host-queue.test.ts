import { mkdir, mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger, Runtime, type Worker } from '@temporalio/worker';
import { HostQueue } from '../../worker/host-queue';

describe('the queue of a backup directory’s host', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'moveout-host-queue-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('is served once the directory can be read, though nobody asks again', async () => {
    const warned: (() => void)[] = [];
    const warning = new Promise<void>((resolve) => warned.push(resolve));
    const logger = new DefaultLogger('WARN', () => warned.forEach((tell) => tell()));
    Runtime.install({ logger, shutdownSignals: [] });
    // A folder in place of the file: reading it fails as on a disk that does not answer.
    await mkdir(join(directory, 'host'));
    const asked: ((host: string) => void)[] = [];
    const served = new Promise<string>((resolve) => asked.push(resolve));
    const create = (host: string): Promise<Worker> => {
      asked.forEach((tell) => tell(host));
      return new Promise(() => undefined);
    };
    const queue = new HostQueue({ directory, name: undefined, create }, () => undefined);
    queue.begin();
    await warning;
    await rmdir(join(directory, 'host'));
    await writeFile(join(directory, 'host'), 'a556a8dd07d0\n');
    expect(await served).toBe('a556a8dd07d0');
    queue.shutdown();
  });
});
