import { Command } from 'commander';
import { asking } from '../asking';
import type { Request } from '../requests';
import {
  asksFor,
  commonOptions,
  onDrift,
  projectOptions,
  valued,
  withOptions,
  type CommonOptions,
  type ProjectOptions,
} from './options';

interface VerifyOptions extends ProjectOptions, CommonOptions {
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
    [...projectOptions(), backup, onDrift(), ...commonOptions()],
    'moveout verify --project-ref=project-abc --on-drift=fail',
  );
}

export function verifyRequest(options: VerifyOptions, now?: number): Request {
  const { projectRef, database: databaseName, owner: ownerUserId } = options;
  const { backup: backupId, onDrift: mode } = options;
  const fields = { projectRef, databaseName, ownerUserId, backupId, onDrift: mode };
  return asksFor('verifyProject', fields, { command: 'verify', now });
}
