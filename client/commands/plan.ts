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
  replace,
  withOptions,
  type CommonOptions,
  type JobsOptions,
  type MoveOptions,
  type ProjectOptions,
} from './options';

type PlanOptions = ProjectOptions & MoveOptions & JobsOptions & CommonOptions;

/** The command `moveout plan`. */
export function planCommand(): Command {
  const command = new Command('plan')
    .description('show what a migration would do; nothing is touched')
    .action(asking(planRequest));
  return withOptions(
    command,
    [...projectOptions(), replace(), onDrift(), jobs(), ...commonOptions()],
    'moveout plan --project-ref=project-abc --database=project_abc_db',
  );
}

export function planRequest(options: PlanOptions, now?: number): Request {
  const { projectRef, database: databaseName, owner: ownerUserId } = options;
  const { replace: isReplacing, onDrift: mode } = options;
  const named = { projectRef, databaseName, ownerUserId };
  const fields = { ...named, replace: isReplacing, onDrift: mode, ...jobsOf(options) };
  return asksFor('planProject', fields, { command: 'plan', now });
}
