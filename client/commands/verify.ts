import { Command } from 'commander';
import { asking } from '../asking';
import type { Request } from '../requests';
import {
  asksFor,
  commonOptions,
  jobs,
  jobsOf,
  onDrift,
  projectOptions,
  valued,
  withOptions,
  type CommonOptions,
  type JobsOptions,
  type ProjectOptions,
} from './options';

interface VerifyOptions extends ProjectOptions, JobsOptions, CommonOptions {
  readonly backup?: string;
  readonly onDrift?: string;
}

/** The command `moveout verify`. */
export function verifyCommand(): Command {
  const command = new Command('verify')
    .description('compare a project’s database with its backup and the source')
    .action(asking(verifyRequest));
  const backup = valued(
    '--backup <backupId>',
    'the backup to compare with (default: the one that was loaded into the database)',
  );
  return withOptions(
    command,
    [...projectOptions(), backup, onDrift(), jobs(), ...commonOptions()],
    'moveout verify --project-ref=project-abc --on-drift=fail',
  );
}

export function verifyRequest(options: VerifyOptions, now?: number): Request {
  const { projectRef, database: databaseName, owner: ownerUserId } = options;
  const { backup: backupId, onDrift: mode } = options;
  const named = { projectRef, databaseName, ownerUserId };
  const fields = { ...named, backupId, onDrift: mode, ...jobsOf(options) };
  return asksFor('verifyProject', fields, { command: 'verify', now });
}
