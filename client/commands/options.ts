import { Option, type Command } from 'commander';
import type { z } from 'zod';
import { UsageError } from '../fault';
import { readRequest, type Request, type Requests } from '../requests';

/** What help says below the options of `moveout` and of the script. */
export const HELP = `
Exit status: 0 done and verified · 1 failed and restored, or a difference was found ·
2 invalid request or refused by the plan, nothing touched · 3 parked, an operator is needed · 130 interrupted ·
70 a fault of moveout itself, the state of the databases is not known · 74 the answer could not be written.

Put passwords in environment variables (MOVEOUT_SOURCE_URL, or those that the configuration names),
not on the command line.`;

/** Where things are and how to answer; every command that starts a run takes these. */
export interface CommonOptions {
  readonly connectionString?: string;
  readonly backupDir?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** Which project to work on. */
export interface ProjectOptions {
  readonly projectRef?: string;
  readonly database?: string;
  readonly owner?: string;
}

/** How many sessions read or write the rows of a project. */
export interface JobsOptions {
  readonly jobs?: string;
}

/** How a target that is not empty, and a source that changes, are dealt with. */
export interface MoveOptions {
  readonly replace?: boolean;
  readonly onDrift?: string;
}

export const projectOptions = (): readonly Option[] => [
  valued('--project-ref <ref>', 'the project to work on, for example project-abc'),
  database(),
  valued('--owner <id>', 'the owner of the project; it is only recorded'),
];

export const database = (): Option =>
  valued('--database <name>', 'name of the target database, for example project_abc_db');

export const replace = (): Option =>
  new Option('--replace', 'back up what the target holds, then replace it');

export const onDrift = (): Option =>
  once(
    new Option(
      '--on-drift <mode>',
      'if the source changed after the backup: report it, or fail',
    ).choices(['report', 'fail']),
  );

export const jobs = (): Option =>
  valued(
    '--jobs <n>',
    'how many sessions of one project read or write rows side by side, from 1 to 16 (default: sessions.perProject of the configuration)',
  );

/** The field of a request; what is no plain whole number is refused by the request. */
export function jobsOf({ jobs: text }: JobsOptions): { readonly jobs?: number } {
  return text === undefined ? {} : { jobs: /^\d{1,3}$/.test(text) ? Number(text) : NaN };
}

export const dryRun = (): Option => new Option('--dry-run', 'show the plan; nothing is touched');

export const forgotten = (): Option =>
  new Option(
    '--forgotten',
    'restore also what runs have left that Temporal does not know any more. Not if another Temporal works on the target servers: its runs would be restored too',
  );

export const file = (): Option =>
  valued(
    '--file <path>',
    'a file with one project per line as JSON, instead of the configured projects; the worker reads it',
  );

export const failedOf = (without: string): Option =>
  valued('--of <fleetId>', `only projects that failed in the fleet with this id (${without})`);

export const commonOptions = (): readonly Option[] => [
  named(
    '--connection-string <url>',
    'the URL of the shared PostgreSQL; MOVEOUT_SOURCE_URL is safer',
  ),
  named('--backup-dir <folder>', 'the folder where backups are written and read'),
  config(),
  ...answerOptions(),
];

/** Not with the variable of the environment as its value: only a flag asks for a worker of one's own. */
const config = (): Option =>
  named(
    '--config <file>',
    'the configuration file (default: the one that MOVEOUT_CONFIG names, else ./moveout.config.yaml)',
  );

export const answerOptions = (): readonly Option[] => [
  new Option(
    '--json',
    'print the report as one JSON document on stdout, everything else on stderr',
  ),
  new Option('--debug', 'show the stack of an unexpected error, and log at level debug'),
];

/** An option with a value that is checked later, with all the others. */
export function valued(flags: string, description: string): Option {
  return once(new Option(flags, description));
}

/** An option whose value names something and that no schema checks: an empty one would mean a default. */
export function named(flags: string, description: string): Option {
  return once(new Option(flags, description), false);
}

/**
 * Lets an option's value be given once: of two, neither can be the one that was meant. A flag in its place means
 * that the value was forgotten, or that a shell variable was empty.
 */
function once(option: Option, mayBeEmpty = true): Option {
  const { parseArg } = option;
  const flag = option.long ?? option.flags;
  return option.argParser((value, before: unknown) => {
    if (before !== undefined) throw new UsageError(`${flag} was given twice: give it once`);
    if (value.startsWith('--') || (value === '' && !mayBeEmpty))
      throw new UsageError(`${flag} needs a value`);
    parseArg?.(value, before);
    return value;
  });
}

/** Adds options to a command, and an example to its help. */
export function withOptions(
  command: Command,
  options: readonly Option[],
  example: string,
): Command {
  for (const option of options) command.addOption(option);
  return command.addHelpText('after', `\nExample:\n  ${example}`);
}

/** An option's name in parsed options as it is typed: `projectRef` is `--project-ref`. */
export function typed(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Throws one `UsageError` that names every option that is given, but is not among those that `what` takes. */
export function assertTaken(given: object, taken: readonly Option[], what: string): void {
  const names = taken.map((option) => option.attributeName());
  const foreign = Object.entries(given)
    .filter(([name, value]: [string, unknown]) => value !== undefined && !names.includes(name))
    .map(([name]) => typed(name));
  if (foreign.length > 0)
    throw new UsageError(`${foreign.join(' and ')} cannot be used with ${what}`);
}

/** The options that fill a field of another name. */
const OPTION_OF: Readonly<Record<string, string>> = {
  databaseName: 'database',
  ownerUserId: 'owner',
  backupId: 'backup',
  abandon: 'reason',
  failedOf: 'of',
};

/** Which command asks; `backup` and `project` are how these were given, `now` is in epoch millis. */
export interface AskingCommand {
  readonly command: string;
  readonly backup?: string;
  readonly project?: string;
  /** What else could have been given if the project is missing. */
  readonly instead?: string;
  readonly now?: number | undefined;
}

/**
 * Makes a command's request from the fields of its workflow. Throws one `UsageError` that names each option that
 * is missing or whose value the workflow would refuse.
 */
export function asksFor(
  workflowType: keyof Requests,
  fields: object,
  { command, backup = '--backup', project, instead = '', now = Date.now() }: AskingCommand,
): Request {
  const given = Object.fromEntries(
    Object.entries(fields).filter(([, value]: [string, unknown]) => value !== undefined),
  );
  const wordsOf = ({ path, code, message }: z.core.$ZodIssue): string => {
    const field = String(path[0]);
    const named = new Map([
      ['backupId', backup],
      ['projectRef', project],
    ]).get(field);
    const flag = named ?? typed(OPTION_OF[field] ?? field);
    if (code !== 'invalid_type' || field in given) return `${flag} ${message}`;
    return `${flag} is missing: ${command} needs it${field === 'projectRef' ? instead : ''}`;
  };
  return readRequest(workflowType, given, { now, wordsOf });
}
