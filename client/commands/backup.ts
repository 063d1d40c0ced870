import { Command } from 'commander';
import { asking } from '../asking';
import type { Request } from '../requests';
import {
  asksFor,
  commonOptions,
  jobs,
  jobsOf,
  projectOptions,
  withOptions,
  type CommonOptions,
  type JobsOptions,
  type ProjectOptions,
} from './options';

type BackupOptions = ProjectOptions & JobsOptions & CommonOptions;

/** The command `moveout backup`. */
export function backupCommand(): Command {
  const command = new Command('backup')
    .description('write a backup of a project and nothing else')
    .action(asking(backupRequest));
  return withOptions(
    command,
    [...projectOptions(), jobs(), ...commonOptions()],
    'moveout backup --project-ref=project-abc --backup-dir=/var/lib/moveout/backups',
  );
}

export function backupRequest(options: BackupOptions, now?: number): Request {
  const { projectRef, database: databaseName, owner: ownerUserId } = options;
  const fields = { projectRef, databaseName, ownerUserId, ...jobsOf(options) };
  return asksFor('backupProject', fields, { command: 'backup', now });
}
