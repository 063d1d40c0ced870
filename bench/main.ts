import { Command } from 'commander';
import { runArguments } from '../client/arguments';
import { beginProgram } from '../worker/program';
import { addCompare } from './commands/compare';
import { fleetCommand } from './commands/fleet';
import { profileCommand } from './commands/profile';

function benchCommand(): Command {
  const command = new Command('bench')
    .enablePositionalOptions()
    .description('Moves one project by moveout and by what others use, and says what each costs.');
  addCompare(command);
  command.addCommand(profileCommand()).addCommand(fleetCommand());
  return command;
}

beginProgram();
runArguments(benchCommand(), process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
