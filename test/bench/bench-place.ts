import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packageRoot } from '../../local/temporal-cli';

/** A bench that runs. */
export interface Started {
  readonly said: () => string;
  /** The exit status. */
  readonly ended: Promise<number | null>;
  readonly interrupt: () => void;
}

/** A folder that holds everything that a bench makes: its cache, its servers, its figures. */
export interface BenchPlace {
  readonly folder: string;
  readonly start: (...args: readonly string[]) => Started;
  /** Folders of servers and runs that are there now. */
  readonly left: () => readonly string[];
  /** Ends what a failed test has left, and removes the folder. */
  readonly close: () => Promise<void>;
}

/** Makes such a folder. */
export function openBenchPlace(): BenchPlace {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-test-'));
  // PostgreSQL may run by another account.
  chmodSync(folder, 0o755);
  const started: Started[] = [];
  return {
    folder,
    start: (...args) => {
      const bench = startBench(folder, args);
      started.push(bench);
      return bench;
    },
    left: () => readdirSync(folder).filter((name) => name.startsWith('moveout-bench-')),
    close: async () => {
      for (const { interrupt } of started) interrupt();
      await Promise.all(started.map(({ ended }) => ended));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function startBench(folder: string, args: readonly string[]): Started {
  const main = path.join(packageRoot(), 'dist', 'bench', 'main.js');
  const cache = path.join(folder, 'cache');
  const child = spawn(process.execPath, [main, ...args, `--cache=${cache}`], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'close').then(() => child.exitCode);
  return { said: () => said, ended, interrupt: () => void child.kill('SIGINT') };
}
