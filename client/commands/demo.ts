import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { packageRoot } from '../../local/temporal-cli';
import { withOptions } from './options';

/** The exit status of a request that cannot be done here. */
const REFUSED = 2;

/** The command `moveout demo`. */
export function demoCommand(): Command {
  const command = new Command('demo')
    .description(
      'run a demonstration with its own PostgreSQL and Temporal: migrations, and a failure that is restored',
    )
    .action(runDemo);
  return withOptions(command, [], 'moveout demo');
}

/**
 * Runs the demo to its end, as a program of its own, and takes over its exit status. An installation may come
 * without it, as the Docker image does; then one message says so.
 */
async function runDemo(): Promise<void> {
  const program = path.join(packageRoot(), 'dist', 'demo', 'demo.js');
  if (!existsSync(program)) {
    process.stderr.write(
      'The demo is not part of this installation: install the npm package, or clone the repository.\n',
    );
    process.exitCode = REFUSED;
    return;
  }
  const demo = spawn(process.execPath, [program], { stdio: 'inherit' });
  // Ctrl-C reaches the demo too, which ends what it has started; this process waits for that.
  process.on('SIGINT', () => undefined);
  process.once('SIGTERM', () => demo.kill('SIGINT'));
  await once(demo, 'close');
  process.exitCode = demo.exitCode ?? 1;
}
