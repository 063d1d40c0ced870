import { Command, Option } from 'commander';
import { asking } from '../asking';
import type { Request } from '../requests';
import { fleetInput, fleetOnlyOptions, fleetOptions, type FleetOptions } from './fleet-flags';
import {
  asksFor,
  assertTaken,
  commonOptions,
  dryRun,
  file,
  jobs,
  jobsOf,
  onDrift,
  projectOptions,
  replace,
  withOptions,
  type CommonOptions,
  type JobsOptions,
  type ProjectOptions,
} from './options';
import { planRequest } from './plan';

/** The options of `migrate`, for one project and for all of them. */
export interface MigrateOptions extends ProjectOptions, FleetOptions, JobsOptions, CommonOptions {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly file?: string;
}

/** The command `moveout migrate`. */
export function migrateCommand(): Command {
  const command = new Command('migrate')
    .description('move one project, or --all')
    .action(asking(migrateRequest));
  return withOptions(
    command,
    [...migrateOptions(), ...commonOptions()],
    'moveout migrate --project-ref=project-abc --database=project_abc_db --owner=user-123',
  );
}

/** What `migrate` takes beside the common options; `others` are options that choose something else. */
export function migrateOptions(others: readonly string[] = []): readonly Option[] {
  return [
    ...projectOptions(),
    all().conflicts(['projectRef', 'database', 'owner', 'dryRun', ...others]),
    dryRun(),
    replace(),
    onDrift(),
    jobs(),
    file(),
    ...fleetOnlyOptions(),
  ];
}

const all = (): Option =>
  new Option('--all', 'migrate every configured project that is not migrated yet');

/** A migration, with `--all` a fleet of them, or with `--dry-run` the plan of one. */
export function migrateRequest(options: MigrateOptions, now?: number): Request {
  if (options.all === true) return allRequest(options, now);
  const flags = [replace(), onDrift(), jobs(), dryRun()];
  const ofProject = [...projectOptions(), ...flags, ...commonOptions()];
  const what = options.dryRun === true ? '--dry-run' : 'migrate without --all';
  assertTaken(options, ofProject, what);
  if (options.dryRun === true) return planRequest(options, now);
  const fields = {
    projectRef: options.projectRef,
    databaseName: options.database,
    ownerUserId: options.owner,
    replace: options.replace,
    onDrift: options.onDrift,
    ...jobsOf(options),
  };
  const instead = ', or --all for every configured project';
  return asksFor('migrateProject', fields, { command: 'migrate', instead, now });
}

function allRequest(options: MigrateOptions, now?: number): Request {
  assertTaken(options, [all(), file(), ...fleetOptions(), ...commonOptions()], '--all');
  const fields = {
    ...fleetInput(options),
    file: options.file,
    // Whoever cancels at the terminal was told that what runs is restored.
    cancelRunning: true,
  };
  return asksFor('migrateAll', fields, { command: '--all', now });
}
