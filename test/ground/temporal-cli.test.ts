import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { findTemporalCli, startDevServer } from '../../local/temporal-cli';
import type { DevServer } from '../../local/temporal-cli';
import { given } from './given';
import { endOf, isAlive, spawnScript } from './processes';

const PATH = process.env['PATH'] ?? '';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'moveout-cli-test-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function start(): Promise<DevServer> {
  return startDevServer({
    cli: given('MOVEOUT_TEST_TEMPORAL_CLI'),
    dbFilename: path.join(folder, 'state', 'temporal.db'),
    ip: '127.0.0.1',
    namespace: 'default',
    logFile: path.join(folder, 'temporal.log'),
  });
}

async function withClient<T>(address: string, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

const isRunning = (client: Client) =>
  client.workflow
    .getHandle('kept')
    .describe()
    .then(({ status }) => status.name);

describe('findTemporalCli', () => {
  afterEach(() => {
    process.env['PATH'] = PATH;
  });

  it('passes over a `temporal` on PATH that is another program', async () => {
    const stranger = path.join(folder, 'temporal');
    await writeFile(stranger, '#!/bin/sh\necho some other program\n');
    await chmod(stranger, 0o755);
    process.env['PATH'] = `${folder}:${PATH}`;
    const found = await findTemporalCli(() => undefined);
    expect(found).not.toBe('temporal');
    await rm(stranger);
  });

  it('takes the `temporal` on PATH when it is the CLI', async () => {
    const onPath = path.join(folder, 'temporal');
    await writeFile(onPath, '#!/bin/sh\necho temporal version 1.9.0\n');
    await chmod(onPath, 0o755);
    process.env['PATH'] = `${folder}:${PATH}`;
    await expect(findTemporalCli(() => undefined)).resolves.toBe('temporal');
    await rm(onPath);
  });
});

describe('startDevServer', () => {
  it('goes on from the state in its file after a kill -9', async () => {
    const first = await start();
    await withClient(first.address, (client) =>
      client.workflow.start('anything', { workflowId: 'kept', taskQueue: 'none' }),
    );
    process.kill(first.pid, 'SIGKILL');
    await first.stop();
    const second = await start();
    await expect(withClient(second.address, isRunning)).resolves.toBe('RUNNING');
    await second.stop();
  });

  it('ends the server when it is stopped', async () => {
    const server = await start();
    await expect(fetch(server.uiUrl)).resolves.toMatchObject({ status: 200 });
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
    await expect(fetch(server.uiUrl)).rejects.toThrow();
  });

  it('passes no secret of this process on to the server', async () => {
    process.env['MOVEOUT_SOURCE_URL'] = 'postgresql://canary';
    const server = await start();
    delete process.env['MOVEOUT_SOURCE_URL'];
    const environment =
      process.platform === 'linux'
        ? await readFile(`/proc/${server.pid}/environ`, 'utf8')
        : 'PATH=';
    await server.stop();
    expect(environment).toContain('PATH=');
    expect(environment).not.toContain('canary');
  });

  it('says what the server said when it does not start', async () => {
    const options = { cli: '/bin/false', ip: '127.0.0.1', namespace: 'default' } as const;
    const failing = startDevServer({ ...options, logFile: path.join(folder, 'false.log') });
    await expect(failing).rejects.toThrow(/did not start: it ended while starting/);
  });

  it('ends with the process that started it, even one killed by -9', async () => {
    const owner = await spawnScript(
      `
      const { startDevServer } = require('./dist/local/temporal-cli');
      const cli = process.env.MOVEOUT_TEST_TEMPORAL_CLI;
      startDevServer({ cli, ip: '127.0.0.1', namespace: 'default', logFile: process.argv[1] })
        .then(({ pid }) => console.log(pid)).then(() => setInterval(() => {}, 1000));
    `,
      path.join(folder, 'owned.log'),
    );
    process.kill(owner.pid, 'SIGKILL');
    await expect(endOf(Number(owner.line))).resolves.toBe('gone');
  });
});
