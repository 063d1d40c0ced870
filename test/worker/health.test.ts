import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { given } from '../ground/given';
import { textOf } from '../ground/source-files';
import { TcpProxy } from '../faults/ground/tcp-proxy';
import { startWorker, type RealWorker } from '../secrets/real-worker';
import { urlOf } from '../support/harness/databases';
import { until } from '../support/until';

/** What the container runs to see whether its worker is well. */
const CHECK = /^HEALTHCHECK [^\n]*\\\n\s+CMD (.+)$/m.exec(textOf('Dockerfile'))?.[1] ?? 'false';

describe('the health check of the container', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'moveout-health-'));
  const workers: RealWorker[] = [];
  let temporal: TcpProxy;
  beforeAll(async () => {
    temporal = await TcpProxy.open(
      Number(given('MOVEOUT_TEST_TEMPORAL_ADDRESS').split(':').at(-1)),
    );
  });
  afterAll(async () => {
    for (const worker of workers) await worker.stop();
    await temporal.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(): Promise<{ readonly worker: RealWorker; readonly file: string }> {
    const file = path.join(folder, randomUUID());
    const worker = startWorker({
      cwd: folder,
      env: {
        MOVEOUT_SOURCE_URL: urlOf('postgres'),
        MOVEOUT_TASK_QUEUE: `other-${randomUUID()}`,
        MOVEOUT_HEALTH_FILE: file,
        TEMPORAL_ADDRESS: `127.0.0.1:${String(temporal.port)}`,
      },
    });
    workers.push(worker);
    await worker.started;
    return { worker, file };
  }

  function isWell(file: string): Promise<boolean> {
    const env = { PATH: process.env['PATH'], MOVEOUT_HEALTH_FILE: file };
    return new Promise((resolve) => {
      execFile('/bin/sh', ['-c', CHECK], { env }, (error) => resolve(error === null));
    });
  }

  it('is content with a worker of any task queue, and not once it has ended', async () => {
    const { worker, file } = await start();
    await until('a worker that is well', () => isWell(file));
    expect(await worker.stop()).toBe(0);
    expect(await isWell(file)).toBe(false);
  });

  it('notices a worker that is stopped in the middle of everything', async () => {
    const { worker, file } = await start();
    await until('a worker that is well', () => isWell(file));
    process.kill(worker.pid, 'SIGSTOP');
    await until('an old file', async () => !(await isWell(file)));
    process.kill(worker.pid, 'SIGCONT');
    await until('a worker that is well again', () => isWell(file));
  });

  it('notices that Temporal is gone, and that it is back', async () => {
    const { file } = await start();
    await until('a worker that is well', () => isWell(file));
    temporal.cut();
    await until('no file', async () => !(await isWell(file)));
    temporal.fix();
    await until('a worker that is well again', () => isWell(file));
  });
});
