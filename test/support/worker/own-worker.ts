import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../../local/temporal-cli';

/** Where a worker finds its servers, and what it is configured with. */
export interface WorkerOrder {
  /** Tells it from others in the same folder. */
  readonly name: string;
  readonly sourceUrl: string;
  /** Address of the Temporal server. */
  readonly temporal: string;
  readonly taskQueue: string;
  /** Where its configuration and its log are written. */
  readonly folder: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A worker in a process of its own, with its resident memory sampled every second. */
export interface WorkerProcess {
  readonly pid: number;
  /** Megabytes, one a second since its start. */
  readonly memory: readonly number[];
  /** Asks it to end (SIGTERM), or ends it at once (SIGKILL), and waits until it has. */
  readonly stop: (signal?: 'SIGTERM' | 'SIGKILL') => Promise<void>;
}

/** The flag that `npm run worker` and the Dockerfile start it with: V8 lets a small heap grow by less at a time. */
const SMALL = '--max-old-space-size=512';

/** Starts `moveout worker` on a configuration of its own and samples its memory until it is stopped. */
export function startWorker(order: WorkerOrder): WorkerProcess {
  const { name, folder, sourceUrl, temporal, taskQueue, settings, env = {} } = order;
  const config = path.join(folder, `${name}.config.json`);
  writeFileSync(config, JSON.stringify(settings));
  const log = openSync(path.join(folder, `${name}.worker.log`), 'a');
  const main = path.join(packageRoot(), 'dist', 'worker', 'main.js');
  const child = spawn(process.execPath, [SMALL, main], {
    cwd: folder,
    stdio: ['ignore', log, log],
    env: {
      ...process.env,
      MALLOC_ARENA_MAX: '2',
      MOVEOUT_CONFIG: config,
      MOVEOUT_SOURCE_URL: sourceUrl,
      MOVEOUT_TASK_QUEUE: taskQueue,
      MOVEOUT_LOG_LEVEL: 'WARN',
      TEMPORAL_ADDRESS: temporal,
      ...env,
    },
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error('the worker did not start');
  const endWithThisProcess = (): void => void child.kill();
  process.once('exit', endWithThisProcess);
  const memory: number[] = [];
  const timer = setInterval(() => {
    memory.push(...residentMegabytes(pid));
  }, 1_000);
  timer.unref();
  return {
    pid,
    memory,
    stop: async (signal = 'SIGTERM') => {
      clearInterval(timer);
      await end(child, signal);
      process.removeListener('exit', endWithThisProcess);
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

/** Nothing where the system does not tell (only Linux has `/proc`), or the process is gone. */
function residentMegabytes(pid: number): readonly number[] {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kilobytes === undefined ? [] : [Math.round(Number(kilobytes) / 1024)];
  } catch {
    return [];
  }
}
