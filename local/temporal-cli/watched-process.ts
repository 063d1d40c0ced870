import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { childEnvironment } from './child-environment';

/** A program to start; its output is appended to `logFile`. */
export interface Watched {
  readonly file: string;
  readonly args: readonly string[];
  readonly logFile: string;
}

/** A started program that does not outlive this process. */
export interface WatchedProcess {
  readonly pid: number;
  isRunning(): boolean;
  /** What the program has logged since its start, at most the last 20 lines. */
  lastLines(): string;
  /** Ends the program, by SIGKILL when it does not heed SIGTERM within 10 s. */
  end(): Promise<void>;
}

// Reads until this process closes the pipe, by dying if need be, and then ends the program.
const GUARD = `read -r _; kill -TERM "$1" 2>/dev/null || exit 0
for _ in 1 2 3 4 5 6 7 8 9 10; do sleep 0.5; kill -0 "$1" 2>/dev/null || exit 0; done
kill -KILL "$1"`;

/**
 * Starts a program in a session of its own, so that Ctrl-C in the terminal does not reach it, with
 * only the environment that it needs. A guard process ends it when this process is gone. Neither
 * keeps this process from exiting. Rejects when the program cannot be started.
 */
export async function spawnWatched({ file, args, logFile }: Watched): Promise<WatchedProcess> {
  const log = openSync(logFile, 'a', 0o600);
  const start = statSync(logFile).size;
  const child = spawn(file, args, {
    env: childEnvironment(),
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  await once(child, 'spawn');
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} started without a process id`);
  const guard = spawnGuard(pid);
  child.once('exit', () => guard.kill('SIGKILL'));
  child.unref();
  return {
    pid,
    isRunning: () => isRunning(child),
    lastLines: () => lastLines(logFile, start),
    end: () => end(child),
  };
}

function spawnGuard(pid: number): ChildProcess {
  const guard = spawn('/bin/sh', ['-c', GUARD, 'guard', String(pid)], {
    env: childEnvironment(),
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  return guard;
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function end(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return;
  child.ref();
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = new AbortController();
  const impatience = wait(10_000, undefined, { signal: patience.signal }).then(
    () => child.kill('SIGKILL'),
    () => false,
  );
  await exited;
  patience.abort();
  await impatience;
}

function lastLines(logFile: string, start: number): string {
  const logged = readFileSync(logFile).subarray(start).toString('utf8');
  return logged.trim().split('\n').slice(-20).join('\n');
}
