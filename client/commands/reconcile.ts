import { Command } from 'commander';
import { asking } from '../asking';
import { asksFor, commonOptions, withOptions } from './options';

/** The command `moveout reconcile`. */
export function reconcileCommand(): Command {
  const command = new Command('reconcile')
    .description('restore what parked, terminated or timed-out runs left behind')
    .action(asking(() => asksFor('reconcile', {}, { command: 'reconcile' })));
  return withOptions(command, commonOptions(), 'moveout reconcile');
}
