import { Command } from 'commander';
import { asking } from '../asking';
import type { Request } from '../requests';
import {
  asksFor,
  commonOptions,
  database,
  dryRun,
  jobs,
  jobsOf,
  replace,
  valued,
  withOptions,
  type CommonOptions,
  type JobsOptions,
} from './options';

interface RestoreOptions extends JobsOptions, CommonOptions {
  readonly backup?: string;
  readonly database?: string;
  readonly replace?: boolean;
  readonly dryRun?: boolean;
}

/** The command `moveout restore`. */
export function restoreCommand(): Command {
  const command = new Command('restore')
    .description('restore the backup named by --backup into --database')
    .action(asking(restoreRequest));
  const backup = valued('--backup <backupId>', 'the backup to restore');
  return withOptions(
    command,
    [backup, database(), replace(), jobs(), dryRun(), ...commonOptions()],
    'moveout restore --backup=backup_project-abc_1234567890 --database=project_abc_db',
  );
}

/** A restore or, with `--dry-run`, its plan. */
export function restoreRequest(options: RestoreOptions, now?: number): Request {
  return restoreOf(options, '--backup', now);
}

/** The same for a backup that another option has named. */
export function restoreOf(options: RestoreOptions, named: string, now?: number): Request {
  const fields = {
    backupId: options.backup,
    databaseName: options.database,
    replace: options.replace,
    ...jobsOf(options),
  };
  const type = options.dryRun === true ? 'planRestore' : 'restoreProject';
  return asksFor(type, fields, { command: 'restore', backup: named, now });
}
