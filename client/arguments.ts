import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CommanderError, type Command } from 'commander';
import { z } from 'zod';
import { answer } from './outcome';
import { ANSWER_LOST, printAnswer } from './print';
import { packageRoot } from '../local/temporal-cli';
import { UsageError } from './fault';

/**
 * Runs the action that the arguments ask for. Help and version go to stdout, help also if a command that has
 * subcommands is called without one. What cannot be parsed is answered as one message that repeats no value,
 * for it may hold a password.
 */
export async function runArguments(command: Command, args: readonly string[]): Promise<void> {
  command.version(versionOfPackage(), '-V, --version', 'print the version');
  let help = '';
  const writeOut = (text: string): void => void (help += text);
  for (const one of withSubcommands(command)) {
    one.exitOverride().configureOutput({ writeOut, writeErr: () => undefined });
  }
  try {
    await command.parseAsync([...args], { from: 'user' });
  } catch (error) {
    const called = calledCommand(command, args);
    const refusal = refusalOf(error, called);
    if (refusal !== undefined) {
      const json = args.some((one) => one === '--json' || one.startsWith('--json='));
      await answer({ json }, () => Promise.reject(refusal));
      return;
    }
    if (error instanceof CommanderError && error.code === 'commander.help') called.outputHelp();
    process.exitCode = (await printAnswer(help)) ? 0 : ANSWER_LOST;
  }
}

/** Why the arguments cannot be taken; `undefined` if only help or the version is wanted. */
function refusalOf(error: unknown, called: Command): UsageError | undefined {
  if (error instanceof UsageError) return error;
  if (!(error instanceof CommanderError)) throw error;
  const isWanted = error.exitCode === 0 || error.code === 'commander.help';
  return isWanted ? undefined : new UsageError(wordsOf(error, called));
}

/** The version that package.json names. */
export function versionOfPackage(): string {
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
  const help = `see ${typedName(called)} --help`;
  const words = withoutValues(error.message.replace(/^error: /, '')).replace(/\s*\n\s*/g, ' ');
  switch (error.code) {
    case 'commander.excessArguments':
      return `${typedName(called)} takes ${takenBy(called)}; ${help}`;
    case 'commander.unknownOption': {
      const [, flag] = /^unknown option '(--[\w-]+)'/.exec(words) ?? [];
      const isKnown = called.options.some(({ long }) => long === flag);
      return isKnown ? `${flag ?? ''} takes no value` : `${words}; ${help}`;
    }
    default:
      return words;
  }
}

function takenBy({ registeredArguments }: Command): string {
  const names = registeredArguments.map((one) => `one <${one.name()}>`);
  return [...names, 'options, each written as --option=value'].join(' and ');
}

/** A parser's message without what was typed as a value, or as a command that may be a value gone astray. */
function withoutValues(message: string): string {
  return message
    .replace(/(--[^'=\s]+)=[^']*'/g, "$1'")
    .replace(/^option '(--[\w-]+)[^']*' argument missing$/, '$1 needs a value')
    .replace(/^option '(--[\w-]+)[^']*' argument '.*' is invalid\. (.*)\.$/s, '$1: $2')
    .replace(
      /option '(--[\w-]+)[^']*' cannot be used with option '(--[\w-]+)[^']*'/,
      '$1 cannot be used with $2',
    )
    .replace(/^unknown command '(?![\w-]{1,40}').*'/s, 'unknown command');
}
