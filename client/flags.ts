import { InvalidArgumentError, Option, type Command } from 'commander';

/** The flags as they were typed; what was left out is absent. */
export interface Flags {
  readonly projectRef?: string;
  readonly database?: string;
  readonly owner?: string;
  readonly all?: boolean;
  readonly backupOnly?: boolean;
  readonly restore?: string;
  readonly verifyOnly?: boolean;
  readonly dryRun?: boolean;
  readonly replace?: boolean;
  readonly backup?: string;
  readonly onDrift?: string;
  readonly connectionString?: string;
  readonly backupDir?: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** Every flag, in the order in which help shows them. */
export const ALL_FLAGS = [
  ...(['projectRef', 'database', 'owner', 'all', 'backupOnly', 'restore', 'verifyOnly'] as const),
  ...(['dryRun', 'replace', 'backup', 'onDrift'] as const),
  ...(['connectionString', 'backupDir', 'config', 'json'] as const),
] as const satisfies readonly (keyof Flags)[];

export type FlagName = (typeof ALL_FLAGS)[number];

/** A flag as it is typed: `projectRef` is `--project-ref`. */
export function typed(name: FlagName): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

const WORDS: Readonly<Record<FlagName, readonly [value: string, help: string]>> = {
  projectRef: ['<ref>', 'the project to work on, for example project-abc'],
  database: ['<name>', 'its database of its own, for example project_abc_db'],
  owner: ['<id>', 'who owns the project; recorded, not interpreted'],
  all: ['', 'migrate every configured project, one after another'],
  backupOnly: ['', 'write a backup of the project and nothing else'],
  restore: ['<backupId>', 'put this backup into --database'],
  verifyOnly: ['', 'compare the project’s database with its backup and the source'],
  dryRun: ['', 'show the plan; nothing is touched'],
  replace: ['', 'save and replace what the target holds'],
  backup: ['<backupId>', 'the backup to compare with, or to put back; else the newest'],
  onDrift: ['<mode>', 'when the source changed since the backup: report or fail'],
  connectionString: ['<url>', 'the source; MOVEOUT_SOURCE_URL is the safer place'],
  backupDir: ['<folder>', 'where backups are written and looked for'],
  config: ['<file>', 'the configuration file (default: ./moveout.config.yaml)'],
  json: ['', 'the report as one JSON document on stdout, all else on stderr'],
};

/** Adds the named flags to a command, in the given order. */
export function withFlags(command: Command, names: readonly FlagName[]): Command {
  for (const name of names) {
    const [value, help] = WORDS[name];
    const option = new Option(`${typed(name)} ${value}`.trim(), help);
    if (value !== '') option.argParser(once(name));
    command.addOption(name === 'onDrift' ? option.choices(['report', 'fail']) : option);
  }
  return command.allowExcessArguments(false);
}

/** Takes a value once: of two, neither can be the one that was meant. */
function once(name: FlagName): (value: string, before: string | undefined) => string {
  return (value, before) => {
    if (before === undefined) return value;
    throw new InvalidArgumentError(`${typed(name)} was given twice.`);
  };
}
