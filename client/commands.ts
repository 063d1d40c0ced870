import { Command } from 'commander';
import { answer } from './outcome';
import { EXAMPLES } from './examples';
import { LIMIT_FLAGS, SCRIPT_FLAGS, withFlags, type FlagName, type Flags } from './flags';
import { addFleet } from './fleet/command';
import { HELP } from './help';
import { MODES, type Mode } from './modes';
import { modeOf, PLACE_FLAGS } from './request';
import { run } from './run';
import { runDemo } from './run-demo';
import { addSchedule } from './schedule/command';

/** The flags that choose a mode are the script's; here the command's name says it. */
const CHOOSING: ReadonlySet<FlagName> = new Set<FlagName>([
  'backupOnly',
  'restore',
  'verifyOnly',
  'dryRun',
]);

/** Flags that turn a command's mode into another. */
const MORE: Readonly<Partial<Record<Mode, readonly FlagName[]>>> = {
  migrate: ['all', 'dryRun', 'file', 'exclude', 'canary', ...LIMIT_FLAGS],
  restore: ['dryRun'],
};

/** The command `moveout`, with all its commands; nothing runs before it is given arguments. */
export function moveoutCommand(): Command {
  const moveout = new Command('moveout')
    .description(
      'Moves each project of a shared Supabase-style PostgreSQL into a database of its own.',
    )
    .addHelpText('after', HELP);
  moveout
    .command('demo')
    .description(
      'show it all on a PostgreSQL and a Temporal of its own: migrations, and a failure undone',
    )
    .allowExcessArguments(false)
    .action(runDemo);
  const add = (name: string, mode: Mode, help: string): void =>
    addMode(moveout.command(name).description(help), mode);
  add('plan', 'plan', 'show what a migration would do; nothing is touched');
  add('migrate', 'migrate', 'move one project, or --all');
  add('retry-failed', 'retry', 'retry projects whose last migration failed');
  add('backup', 'backup', 'write a backup of a project and nothing else');
  add('verify', 'verify', 'compare a project’s database with its backup and the source');
  add('restore', 'restore', 'restore the backup named by --backup into --database');
  add('reconcile', 'reconcile', 'restore what terminated or timed-out runs left behind');
  addFleet(moveout);
  addSchedule(moveout);
  moveout
    .command('worker')
    .description('run a worker until SIGINT or SIGTERM')
    .allowExcessArguments(false)
    .action(async () => {
      const { runWorker } = await import('../local/embedded.js');
      await runWorker();
    });
  for (const [name, line] of Object.entries(EXAMPLES)) {
    commandNamed(moveout, name).addHelpText('after', `\nExample:\n  ${line}`);
  }
  return moveout;
}

/** The command of the script `migrate-project`. */
export function scriptCommand(): Command {
  const command = withFlags(new Command('migrate-project'), SCRIPT_FLAGS)
    .description('Moves a project into a database of its own: backed up, verified, or put back.')
    .addHelpText('after', HELP);
  return command.action(async () => {
    const flags = command.opts<Flags>();
    await answer(flags, async () => run(modeOf(flags), flags));
  });
}

function addMode(command: Command, mode: Mode): void {
  const own = MODES[mode].flags.filter((flag) => !CHOOSING.has(flag));
  withFlags(command, [...own, ...(MORE[mode] ?? []), ...PLACE_FLAGS]);
  command.action(async () => {
    const flags = command.opts<Flags>();
    await answer(flags, async () => run(modeHere(mode, flags), flags));
  });
}

function modeHere(mode: Mode, flags: Flags): Mode {
  if (mode === 'restore' && flags.dryRun === true) return 'restorePlan';
  return mode === 'migrate' ? modeOf(flags) : mode;
}

/** The command of a name such as `fleet status`. */
function commandNamed(command: Command, name: string): Command {
  return name.split(' ').reduce((above, part) => {
    const found = above.commands.find((one) => one.name() === part);
    if (found === undefined) throw new Error(`there is no command "${name}"`);
    return found;
  }, command);
}
