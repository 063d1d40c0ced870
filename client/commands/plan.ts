import { Command } from 'commander';
import { asking } from '../asking';
import type { Request } from '../requests';
import {
  asksFor,
  commonOptions,
  onDrift,
  projectOptions,
  replace,
  withOptions,
  type CommonOptions,
  type MoveOptions,
  type ProjectOptions,
} from './options';

type PlanOptions = ProjectOptions & MoveOptions & CommonOptions;

/** The command `moveout plan`. */
export function planCommand(): Command {
  const command = new Command('plan')
    .description('show what a migration would do; nothing is touched')
    .action(asking(planRequest));
  return withOptions(
    command,
    [...projectOptions(), replace(), onDrift(), ...commonOptions()],
    'moveout plan --project-ref=project-abc --database=project_abc_db',
  );
}

export function planRequest(options: PlanOptions, now?: number): Request {
  const { projectRef, database: databaseName, owner: ownerUserId } = options;
  const { replace: isReplacing, onDrift: mode } = options;
  const fields = { projectRef, databaseName, ownerUserId, replace: isReplacing, onDrift: mode };
  return asksFor('planProject', fields, { command: 'plan', now });
}
