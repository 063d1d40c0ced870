import { Command } from 'commander';
import { withOptions } from './options';

/** The command `moveout worker`. */
export function workerCommand(): Command {
  const command = new Command('worker')
    .description('run a worker until SIGINT or SIGTERM')
    .action(async () => {
      const { runWorker } = await import('../../local/embedded.js');
      await runWorker();
    });
  return withOptions(command, [], 'MOVEOUT_CONFIG=/etc/moveout/moveout.config.yaml moveout worker');
}
