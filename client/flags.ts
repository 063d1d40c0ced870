import { Command, CommanderError, Option } from 'commander';
import { UsageError } from './usage-error';

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

/** The name of a flag as it is typed, by its name in `Flags`. */
export const FLAG_NAMES = {
  projectRef: '--project-ref',
  database: '--database',
  owner: '--owner',
  all: '--all',
  backupOnly: '--backup-only',
  restore: '--restore',
  verifyOnly: '--verify-only',
  dryRun: '--dry-run',
  replace: '--replace',
  backup: '--backup',
  onDrift: '--on-drift',
  connectionString: '--connection-string',
  backupDir: '--backup-dir',
  config: '--config',
  json: '--json',
} as const satisfies Record<keyof Flags, string>;

export type FlagName = keyof typeof FLAG_NAMES;

const WORDS: Readonly<Record<FlagName, readonly [syntax: string, help: string]>> = {
  projectRef: ['--project-ref <ref>', 'the project to work on, for example project-abc'],
  database: ['--database <name>', 'its database of its own, for example project_abc_db'],
  owner: ['--owner <id>', 'who owns the project; recorded, not interpreted'],
  all: ['--all', 'migrate every configured project, one after another'],
  backupOnly: ['--backup-only', 'write a backup of the project and nothing else'],
  restore: ['--restore <backupId>', 'put this backup into --database'],
  verifyOnly: ['--verify-only', 'compare the project’s database with its backup and the source'],
  dryRun: ['--dry-run', 'show the plan; nothing is touched'],
  replace: ['--replace', 'save and replace what the target holds'],
  backup: ['--backup <backupId>', 'the backup to compare with, or to put back; else the newest'],
  onDrift: ['--on-drift <mode>', 'when the source changed since the backup: report or fail'],
  connectionString: ['--connection-string <url>', 'the source; MOVEOUT_SOURCE_URL is the safer place'],
  backupDir: ['--backup-dir <folder>', 'where backups are written and looked for'],
  config: ['--config <file>', 'the configuration file (default: ./moveout.config.yaml)'],
  json: ['--json', 'the report as one JSON document on stdout, all else on stderr'],
};

/** Adds the named flags to a command, in the given order. */
export function withFlags(command: Command, names: readonly FlagName[]): Command {
  for (const name of names) {
    const [syntax, help] = WORDS[name];
    const option = new Option(syntax, help);
    command.addOption(name === 'onDrift' ? option.choices(['report', 'fail']) : option);
  }
  return command.allowExcessArguments(false);
}

/**
 * Parses arguments by a command and its subcommands. Nothing is printed but help that was asked for;
 * what is wrong is thrown as one `UsageError` that repeats no value, for it may hold a password.
 */
export async function parseArguments(command: Command, args: readonly string[]): Promise<void> {
  for (const one of [command, ...command.commands]) {
    one.exitOverride().configureOutput({ writeErr: () => undefined });
  }
  try {
    await command.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    throw new UsageError(wordsOf(error, command));
  }
}

function wordsOf(error: CommanderError, command: Command): string {
  if (error.code === 'commander.help') return `name a command; see ${command.name()} --help`;
  const withoutValues = error.message.replace(/^error: /, '').replace(/(--[^'=\s]+)=[^']*'/g, "$1'");
  const hint = error.code === 'commander.unknownOption' ? `; see ${command.name()} --help` : '';
  return `${withoutValues.replace(/\s*\n\s*/g, ' ')}${hint}`;
}
