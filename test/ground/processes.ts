import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../local/temporal-cli';
import { until } from '../support/until';

/** Tells whether a process with this id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resolves to `gone` once the process has ended, or to `still there` after 20 s. */
export async function endOf(pid: number): Promise<'gone' | 'still there'> {
  const gone = until(`process ${pid} to end`, () => !isAlive(pid), { limitMs: 20_000 });
  return gone.then(
    () => 'gone',
    () => 'still there',
  );
}

/** Runs JavaScript in a Node process of its own in the package's folder, until its first line. */
export async function spawnScript(
  script: string,
  ...args: readonly string[]
): Promise<{ readonly pid: number; readonly line: string }> {
  const child = spawn(process.execPath, ['-e', script, ...args], {
    cwd: packageRoot(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(() => {
    throw new Error('the script ended without a line');
  });
  const line = await Promise.race([once(lines, 'line').then(String), ended]);
  ended.catch(() => undefined);
  if (child.pid === undefined) throw new Error('the script did not start');
  return { pid: child.pid, line };
}
