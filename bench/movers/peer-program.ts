import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { promisify, types } from 'node:util';
import type { ProcessWatch } from '../measure/process-watch';

const run = promisify(execFile);

/** A program of others: what it is called with, and the variables that hold the URLs or passwords. */
export interface PeerProgram {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What watches programs, and what ends them early. */
export interface PeerRun {
  readonly watch?: ProcessWatch;
  readonly signal: AbortSignal;
}

/** The line in which a program says its version; undefined if it is not installed. */
export async function versionOfPeer(file: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(file, ['--version'], { env: process.env });
    return stdout.split('\n')[0]?.trim();
  } catch (error) {
    if (types.isNativeError(error) && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Runs programs side by side, each reading what the one before writes, as a shell's pipe does. Rejects with the last
 * line of the first that fails.
 */
export async function runPipe(programs: readonly PeerProgram[], run: PeerRun): Promise<void> {
  run.signal.throwIfAborted();
  const running: RunningPeer[] = [];
  for (const [at, program] of programs.entries()) {
    const before = running.at(-1)?.child.stdout ?? null;
    running.push(start(program, before, at < programs.length - 1));
    // The next program has it now; as long as this process had it too, a writer would never learn of its end.
    before?.destroy();
  }
  for (const { child } of running)
    if (child.pid !== undefined)
      run.watch?.add({ kind: 'program', name: 'peer', pid: child.pid }, 'new');
  const end = (): void => running.forEach(({ child }) => endGroup(child));
  run.signal.addEventListener('abort', end);
  try {
    await Promise.all(running.map(({ ended }) => ended));
  } catch (error) {
    end();
    await Promise.allSettled(running.map(({ ended }) => ended));
    throw error;
  } finally {
    run.signal.removeEventListener('abort', end);
  }
}

interface RunningPeer {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
}

function start(
  { file, args, env }: PeerProgram,
  input: ChildProcess['stdout'],
  isRead: boolean,
): RunningPeer {
  const child = spawn(file, [...args], {
    env: { ...process.env, ...env },
    // In a group of its own, so that all that it starts can be ended with it.
    detached: true,
    stdio: [input ?? 'ignore', isRead ? 'pipe' : 'ignore', 'pipe'],
  });
  let last = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    last = `${last}${text}`.slice(-2_000);
  });
  return { child, ended: endOf(file, child, () => last) };
}

async function endOf(file: string, child: ChildProcess, said: () => string): Promise<void> {
  await once(child, 'exit');
  if (child.exitCode === 0) return;
  const how = child.signalCode ?? `status ${String(child.exitCode)}`;
  const line = said().trim().split('\n').at(-1) ?? '';
  throw new Error(`${file} ended with ${how}: ${line}`);
}

function endGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  process.kill(-pid, 'SIGTERM');
}
