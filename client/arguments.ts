import { CommanderError, type Command } from 'commander';
import { answer } from './answer';
import { UsageError } from './usage-error';

/**
 * Runs the action that the arguments ask for. Help goes to stdout; what cannot be parsed is answered
 * as one message that repeats no value, for it may hold a password.
 */
export async function runArguments(command: Command, args: readonly string[]): Promise<void> {
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
    const refusal = new UsageError(wordsOf(error, command));
    await answer({ json: args.includes('--json') }, () => Promise.reject(refusal));
  }
}

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

function wordsOf(error: CommanderError, command: Command): string {
  const help = `see ${command.name()} --help`;
  if (error.code === 'commander.help') return `name a command; ${help}`;
  const words = error.message.replace(/^error: /, '').replace(/(--[^'=\s]+)=[^']*'/g, "$1'");
  const hint = error.code === 'commander.unknownOption' ? `; ${help}` : '';
  return `${words.replace(/\s*\n\s*/g, ' ')}${hint}`;
}
