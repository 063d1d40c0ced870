import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECTS, TENANCY } from './source';

/** Where a worker of the bench finds its servers, and where it writes. */
export interface WorkerOrder {
  readonly sourceUrl: string;
  readonly temporal: string;
  readonly taskQueue: string;
  readonly folder: string;
  /** Further sections of the configuration. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
}

/** A worker in a process of its own, with its resident memory sampled every second. */
export interface WorkerProcess {
  readonly pid: number;
  /** Megabytes, one a second since its start. */
  readonly memory: readonly number[];
  readonly stop: () => Promise<void>;
}

/** Starts `moveout worker` on a configuration of its own and samples its memory until it is stopped. */
export function startWorker(order: WorkerOrder): WorkerProcess {
  const { folder, sourceUrl, temporal, taskQueue } = order;
  const config = path.join(folder, `${taskQueue}.config.json`);
  writeFileSync(config, JSON.stringify(configuration(order)));
  const log = openSync(path.join(folder, `${taskQueue}.worker.log`), 'a');
  const main = path.join(__dirname, '../../worker/main.js');
  const flags = (process.env['MOVEOUT_BENCH_NODE_FLAGS'] ?? '').split(' ').filter(Boolean);
  const child = spawn(process.execPath, [...flags, main], {
    cwd: folder,
    stdio: ['ignore', log, log],
    env: {
      ...process.env,
      MOVEOUT_CONFIG: config,
      MOVEOUT_SOURCE_URL: sourceUrl,
      MOVEOUT_TASK_QUEUE: taskQueue,
      MOVEOUT_LOG_LEVEL: 'WARN',
      TEMPORAL_ADDRESS: temporal,
    },
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error('the worker did not start');
  process.once('exit', () => child.kill());
  const memory: number[] = [];
  const timer = setInterval(() => {
    memory.push(...residentMegabytes(pid));
  }, 1_000);
  timer.unref();
  return { pid, memory, stop: () => stop(child, timer) };
}

function configuration({ folder, settings }: WorkerOrder): Readonly<Record<string, unknown>> {
  return {
    tenancy: TENANCY,
    projects: { query: PROJECTS },
    backup: { directory: path.join(folder, 'backups') },
    ...settings,
  };
}

async function stop(child: ChildProcess, timer: NodeJS.Timeout): Promise<void> {
  clearInterval(timer);
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
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
