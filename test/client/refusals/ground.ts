import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import { given } from '../../ground/given';
import { until } from '../../support/until';
import { startWorker, type WorkerProcess } from '../../support/worker/own-worker';
import { runScript, startScript, type Outcome, type Running } from '../script';
import { studioPlace, type Place } from '../studio-database';

/** What is wrong with the servers or the configuration of a worker. */
export const FAULTS = [
  'nothing',
  'wrong password',
  'server down',
  'unknown host',
  'silent server',
  'wrong query',
  'no projects',
] as const;

export type Fault = (typeof FAULTS)[number];

/** A studio, and for each fault a worker that suffers it, all in a namespace of their own. */
export interface RefusalGround {
  readonly place: Place;
  /** A backup of `project-003` that every worker finds. */
  readonly backupId: string;
  readonly moveout: (fault: Fault, ...args: readonly string[]) => Promise<Outcome>;
  /** Runs the program where the configured Temporal does not answer. */
  readonly withoutTemporal: (...args: readonly string[]) => Promise<Outcome>;
  readonly startMoveout: (fault: Fault, ...args: readonly string[]) => Running;
  /** Writes a file of projects and gives its path. */
  readonly file: (name: string, text: string) => string;
  readonly close: () => Promise<void>;
}

/** Makes the ground. */
export async function refusalGround(): Promise<RefusalGround> {
  const address = given('MOVEOUT_TEST_TEMPORAL_ADDRESS');
  const suffix = randomBytes(4).toString('hex');
  const place = await studioPlace(3);
  const { namespace } = place;
  const silent = await silentServer();
  const folder = mkdtempSync(path.join(tmpdir(), 'moveout-refusals-'));
  const queueOf = (fault: Fault): string => `${fault.replace(' ', '-')}-${suffix}`;
  const workers = FAULTS.map((fault): WorkerProcess => {
    const own = path.join(folder, queueOf(fault));
    mkdirSync(own);
    return startWorker({
      ...{ name: 'worker', temporal: address, taskQueue: queueOf(fault), folder: own },
      ...{ sourceUrl: urlFor(fault, place.url, silent), env: { TEMPORAL_NAMESPACE: namespace } },
      settings: {
        backup: { directory: path.join(folder, 'backups') },
        ...settingsFor(fault, place),
      },
    });
  });
  const surroundings = (fault: Fault) => ({
    ...{ cwd: folder, program: 'main' as const },
    env: {
      ...{ TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace },
      MOVEOUT_TASK_QUEUE: queueOf(fault),
    },
  });
  await Promise.all(FAULTS.map((fault) => polled(address, namespace, queueOf(fault))));
  const moveout = (fault: Fault, ...args: readonly string[]): Promise<Outcome> =>
    runScript(args, surroundings(fault));
  return {
    ...{ place, moveout, backupId: await backedUp(moveout) },
    withoutTemporal: (...args) => {
      const env = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
      return runScript(args, { cwd: folder, program: 'main', env });
    },
    startMoveout: (fault, ...args) => startScript(args, surroundings(fault)),
    file: (name, text) => {
      const file = path.join(folder, name);
      writeFileSync(file, text);
      return file;
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.stop('SIGKILL')));
      silent.close();
      await place.clear();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function backedUp(moveout: RefusalGround['moveout']): Promise<string> {
  const { stdout } = await moveout('nothing', 'backup', '--project-ref=project-003', '--json');
  const backupId = /backup_project-003_\d+/.exec(stdout)?.[0];
  if (backupId === undefined) throw new Error(`no backup was made: ${stdout}`);
  return backupId;
}

function settingsFor(fault: Fault, place: Place): Readonly<Record<string, unknown>> {
  const list = ['abc', '003'].map((n) => ({
    ...{ ref: `project-${n}`, database: place.target(n), owner: 'user-123' },
  }));
  if (fault === 'no projects') return {};
  if (fault === 'wrong query') return { projects: { query: 'select nothing from nowhere' } };
  return { projects: { list } };
}

function urlFor(fault: Fault, right: string, silent: Server): string {
  const url = new URL(right);
  const address = silent.address();
  if (fault === 'wrong password') url.password = 'wrong';
  if (fault === 'server down') url.port = '1';
  if (fault === 'unknown host') url.hostname = 'nowhere.invalid';
  if (fault === 'silent server' && typeof address === 'object')
    url.port = String(address?.port ?? 0);
  return url.href;
}

/** A server that takes connections and never says a word. */
async function silentServer(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.unref();
}

async function polled(address: string, namespace: string, taskQueue: string): Promise<void> {
  const connection = await Connection.connect({ address });
  await until(`a worker of ${taskQueue}`, async () => {
    const task = { namespace, taskQueue: { name: taskQueue } };
    const { pollers } = await connection.workflowService.describeTaskQueue(task);
    return pollers.length > 0;
  });
  await connection.close();
}
