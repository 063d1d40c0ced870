import { Command } from 'commander';
import { asking } from '../asking';
import type { Request } from '../requests';
import {
  asksFor,
  commonOptions,
  projectOptions,
  withOptions,
  type CommonOptions,
  type ProjectOptions,
} from './options';

type BackupOptions = ProjectOptions & CommonOptions;

/** The command `moveout backup`. */
export function backupCommand(): Command {
  const command = new Command('backup')
    .description('write a backup of a project and nothing else')
    .action(asking(backupRequest));
  return withOptions(
    command,
    [...projectOptions(), ...commonOptions()],
    'moveout backup --project-ref=project-abc --backup-dir=/var/lib/moveout/backups',
  );
}

export function backupRequest(options: BackupOptions, now?: number): Request {
  const { projectRef, database: databaseName, owner: ownerUserId } = options;
  const fields = { projectRef, databaseName, ownerUserId };
  return asksFor('backupProject', fields, { command: 'backup', now });
}
