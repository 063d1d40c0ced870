import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { packageRoot } from '../../local/temporal-cli';

/** What a script said and how it ended. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and as whom a script runs. */
export interface Surroundings {
  /** Beside PATH and HOME the only variables that the script sees. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Which of the package's programs; the script unless it says otherwise. */
  readonly program?: 'migrate-project' | 'main';
}

/** A script under way. */
export interface Running {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<Outcome>;
}

/** Starts the built program in a process group of its own. */
export function startScript(args: readonly string[], surroundings: Surroundings): Running {
  const { env, cwd, program: name = 'migrate-project' } = surroundings;
  const program = path.join(packageRoot(), 'dist', 'client', `${name}.js`);
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { PATH, HOME, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]).then(
    ([, stdout, stderr]): Outcome => ({ status: child.exitCode, stdout, stderr }),
  );
  return { child, ended };
}

/** Runs the built program to its end. */
export function runScript(args: readonly string[], surroundings: Surroundings): Promise<Outcome> {
  return startScript(args, surroundings).ended;
}

/** Resolves once the program has said so on stderr. */
export async function saidBy({ child }: Running, words: string): Promise<void> {
  let all = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      all += chunk.toString();
      if (all.includes(words)) resolve();
    });
    child.stderr.once('close', () => reject(new Error(`not said: ${words}\n${all}`)));
  });
}
