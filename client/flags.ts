import { InvalidArgumentError, Option, type Command } from 'commander';
import { WORDS } from './flag-words';

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
  readonly of?: string;
  readonly file?: string;
  readonly exclude?: string;
  readonly canary?: string;
  readonly concurrency?: string;
  readonly perSource?: string;
  readonly perTarget?: string;
  readonly maxFailures?: string;
  readonly maxFailureRatio?: string;
  readonly window?: string;
  readonly timezone?: string;
  readonly connectionString?: string;
  readonly backupDir?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
  readonly id?: string;
  readonly cron?: string;
  readonly every?: string;
}

/** What a fleet may do at once, when, and how much may fail. */
export const LIMIT_FLAGS = [
  ...(['concurrency', 'perSource', 'perTarget', 'maxFailures', 'maxFailureRatio'] as const),
  ...(['window', 'timezone'] as const),
] as const satisfies readonly (keyof Flags)[];

/** What every start of a fleet takes. */
export const FLEET_FLAGS = ['replace', 'onDrift', 'exclude', 'canary', ...LIMIT_FLAGS] as const;

/** Every flag of the script, in the order in which help shows them. */
export const SCRIPT_FLAGS = [
  ...(['projectRef', 'database', 'owner', 'all', 'backupOnly', 'restore', 'verifyOnly'] as const),
  ...(['dryRun', 'replace', 'backup', 'onDrift', 'file', 'exclude', 'canary'] as const),
  ...LIMIT_FLAGS,
  ...(['connectionString', 'backupDir', 'config', 'json', 'debug'] as const),
] as const satisfies readonly (keyof Flags)[];

/** Every flag; the script has no use for the last ones. */
export const ALL_FLAGS = [...SCRIPT_FLAGS, 'of', 'id', 'cron', 'every'] as const;

export type FlagName = (typeof ALL_FLAGS)[number];

/** A flag as it is typed: `projectRef` is `--project-ref`. */
export function typed(name: FlagName): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Adds the named flags to a command, in the given order. */
export function withFlags(command: Command, names: readonly FlagName[]): Command {
  for (const name of names) {
    const [value, help] = WORDS[name];
    const option = new Option(`${typed(name)} ${value}`.trim(), help);
    if (value !== '') option.argParser(once(name));
    if (name === 'config') option.env('MOVEOUT_CONFIG');
    command.addOption(name === 'onDrift' ? option.choices(['report', 'fail']) : option);
  }
  return command.allowExcessArguments(false);
}

/** Places and names that no schema looks at; an empty one would stand for the folder or run at hand. */
const NEVER_EMPTY: ReadonlySet<FlagName> = new Set<FlagName>([
  ...(['connectionString', 'backupDir', 'config', 'id', 'cron', 'every'] as const),
]);

/**
 * Takes a value once: of two, neither can be the one that was meant. A flag in its place means that the
 * value was forgotten, or that a shell variable was empty.
 */
function once(name: FlagName): (value: string, before: string | undefined) => string {
  const flag = typed(name);
  return (value, before) => {
    if (before !== undefined) throw new InvalidArgumentError(`${flag} was given twice.`);
    const isMissing = value.startsWith('--') || (value === '' && NEVER_EMPTY.has(name));
    if (isMissing) throw new InvalidArgumentError(`${flag} needs a value.`);
    return value;
  };
}
