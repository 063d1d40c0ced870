import { Command, Option } from 'commander';
import { asking } from '../asking';
import type { Request } from '../requests';
import { backupCommand, backupRequest } from './backup';
import { migrateOptions, migrateRequest, type MigrateOptions } from './migrate';
import { assertTaken, commonOptions, HELP, valued } from './options';
import { restoreCommand, restoreOf } from './restore';
import { verifyCommand, verifyRequest } from './verify';

/** The script's options: those of `moveout migrate`, and switches that choose another command. */
export interface ScriptOptions extends MigrateOptions {
  readonly backupOnly?: boolean;
  readonly restore?: string;
  readonly verifyOnly?: boolean;
  readonly backup?: string;
}

/** The command of the script `migrate-project`. */
export function scriptCommand(): Command {
  const command = new Command('migrate-project')
    .description('Moves a project into a database of its own: backed up, verified, or restored.')
    .addHelpText('after', HELP)
    .action(asking(scriptRequest));
  for (const option of [...switches(), ...migrateOptions(['backup']), ...commonOptions()])
    command.addOption(option);
  return command;
}

const switches = (): readonly Option[] => [
  new Option('--backup-only', 'write a backup of the project and nothing else').conflicts([
    'all',
    'restore',
    'verifyOnly',
    'dryRun',
  ]),
  valued('--restore <backupId>', 'restore this backup into --database').conflicts([
    'all',
    'verifyOnly',
    'backup',
  ]),
  new Option(
    '--verify-only',
    'compare the project’s database with its backup and the source',
  ).conflicts(['all', 'dryRun']),
  valued(
    '--backup <backupId>',
    'with --verify-only: the backup to compare with (default: the one that was loaded into the database)',
  ),
];

/** What the switches ask for, as the command of that name would. */
export function scriptRequest(options: ScriptOptions, now?: number): Request {
  const { backupOnly, restore, verifyOnly, ...rest } = options;
  if (backupOnly === true) {
    assertTaken(rest, backupCommand().options, '--backup-only');
    return backupRequest(rest, now);
  }
  if (verifyOnly === true) {
    assertTaken(rest, verifyCommand().options, '--verify-only');
    return verifyRequest(rest, now);
  }
  if (restore !== undefined) {
    assertTaken(rest, restoreCommand().options, '--restore');
    return restoreOf({ ...rest, backup: restore }, '--restore', now);
  }
  return migrateRequest(rest, now);
}
