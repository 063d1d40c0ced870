import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CommanderError, type Command } from 'commander';
import { z } from 'zod';
import { answer } from './outcome';
import { packageRoot } from '../local/temporal-cli';
import { UsageError } from './fault';

/**
 * Runs the action that the arguments ask for. Help and version go to stdout, help also if a command that has
 * subcommands is called without one. What cannot be parsed is answered as one message that repeats no value,
 * for it may hold a password.
 */
export async function runArguments(command: Command, args: readonly string[]): Promise<void> {
  command.version(versionOfPackage(), '-V, --version', 'print the version');
  for (const one of withSubcommands(command)) {
    one.exitOverride().configureOutput({ writeErr: () => undefined });
  }
  try {
    await command.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) {
      process.exitCode = 0;
      return;
    }
    const called = calledCommand(command, args);
    if (error.code === 'commander.help') {
      called.outputHelp();
      process.exitCode = 0;
      return;
    }
    const refusal = new UsageError(wordsOf(error, called));
    const json = args.some((one) => one === '--json' || one.startsWith('--json='));
    await answer({ json }, () => Promise.reject(refusal));
  }
}

function versionOfPackage(): string {
  const file = path.join(packageRoot(), 'package.json');
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** The command or subcommand that the arguments name. */
function calledCommand(command: Command, [first, ...rest]: readonly string[]): Command {
  const named = command.commands.find((one) => one.name() === first);
  return named === undefined ? command : calledCommand(named, rest);
}

/** A command as it is typed, such as `moveout fleet status`. */
function typedName(command: Command): string {
  return command.parent === null
    ? command.name()
    : `${typedName(command.parent)} ${command.name()}`;
}

function wordsOf(error: CommanderError, called: Command): string {
  const words = withoutValues(error.message.replace(/^error: /, ''));
  const [, flag] = /^unknown option '(--[\w-]+)'/.exec(words) ?? [];
  if (called.options.some(({ long }) => long === flag)) return `${flag} takes no value`;
  const hint = error.code === 'commander.unknownOption' ? `; see ${typedName(called)} --help` : '';
  return `${words.replace(/\s*\n\s*/g, ' ')}${hint}`;
}

/** A parser's message without what was typed as a value, or as a command that may be a value gone astray. */
function withoutValues(message: string): string {
  return message
    .replace(/(--[^'=\s]+)=[^']*'/g, "$1'")
    .replace(/^option '(--[\w-]+)[^']*' argument '.*' is invalid\. (.*)$/s, asRule)
    .replace(/^unknown command '(?![\w-]{1,40}').*'/s, 'unknown command');
}

/** `--x was given twice.` names the flag itself, `Allowed choices are …` does not. */
function asRule(_whole: string, flag: string, rule: string): string {
  return (rule.startsWith('--') ? rule : `${flag}: ${rule}`).replace(/\.$/, '');
}
