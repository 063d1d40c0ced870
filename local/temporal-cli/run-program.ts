import { execFile } from 'node:child_process';
import { childEnvironment } from './child-environment';

/** What to run: `limitMs` ends the program by SIGKILL, `environment` adds families of variables. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly limitMs: number;
  readonly environment?: RegExp;
}

/**
 * Runs a program to its end, with no shell between and only the environment it needs, and returns
 * its standard output. Rejects with one line that holds the last thing the program said.
 */
export function runProgram({ file, args, limitMs, environment }: Program): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      env: childEnvironment(environment),
      timeout: limitMs,
      killSignal: 'SIGKILL',
      maxBuffer: 16 * 1024 * 1024,
    } as const;
    const child = execFile(file, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(reason(error, stderr), { cause: error }));
    });
    child.stdin?.end();
  });
}

function reason(error: Error, stderr: string): string {
  if ('killed' in error && error.killed === true) return 'it did not end in time';
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return lines.at(-1)?.trim() ?? error.message.split('\n')[0] ?? 'it failed without a word';
}
