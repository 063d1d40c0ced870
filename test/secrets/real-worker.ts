import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../local/temporal-cli';
import type { Surroundings } from '../client/script';

/** A worker process, as `npm run worker` starts it. */
export interface RealWorker {
  readonly pid: number;
  /** Resolves once it serves its queue; rejects when it ends before. */
  readonly started: Promise<void>;
  /** Everything that it said so far, on stdout and stderr. */
  said(): string;
  /** Asks it to stop, and resolves with its exit status. */
  stop(): Promise<number | null>;
  /** Resolves with its exit status when it has ended by itself. */
  readonly ended: Promise<number | null>;
}

/** Starts the built worker; beside PATH and HOME it sees only the variables given. */
export function startWorker({ env, cwd }: Surroundings): RealWorker {
  const program = path.join(packageRoot(), 'dist', 'worker', 'main.js');
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [program], {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const hear = (text: string): void => {
    said += text;
  };
  child.stdout.setEncoding('utf8').on('data', hear);
  const lines = createInterface({ input: child.stderr.setEncoding('utf8').on('data', hear) });
  const ended = once(child, 'close').then(() => child.exitCode);
  const started = new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      if (line.includes('worker started')) resolve();
    });
    void ended.then(() => reject(new Error(`the worker ended: ${said}`)));
  });
  started.catch(() => undefined);
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    return ended;
  };
  return { pid: child.pid ?? NaN, started, said: () => said, stop, ended };
}
