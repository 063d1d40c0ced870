import { Command } from 'commander';
import { backupCommand } from './backup';
import { demoCommand } from './demo';
import { fleetCommand } from './fleet';
import { migrateCommand } from './migrate';
import { HELP } from './options';
import { planCommand } from './plan';
import { reconcileCommand } from './reconcile';
import { restoreCommand } from './restore';
import { restorePendingCommand } from './restore-pending';
import { retryFailedCommand } from './retry-failed';
import { scheduleCommand } from './schedule';
import { verifyCommand } from './verify';
import { workerCommand } from './worker';

export { scriptCommand } from './migrate-project';

/** The command `moveout`, with all its commands; nothing runs before it is given arguments. */
export function moveoutCommand(): Command {
  const moveout = new Command('moveout')
    .description(
      'Moves each project of a shared Supabase-style PostgreSQL into a database of its own.',
    )
    .addHelpText('after', HELP);
  const commands = [
    demoCommand(),
    planCommand(),
    migrateCommand(),
    retryFailedCommand(),
    backupCommand(),
    verifyCommand(),
    restoreCommand(),
    restorePendingCommand(),
    reconcileCommand(),
    fleetCommand(),
    scheduleCommand(),
    workerCommand(),
  ];
  for (const command of commands) moveout.addCommand(command);
  return moveout;
}
