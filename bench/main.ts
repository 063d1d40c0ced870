import { Command } from 'commander';
import { runArguments } from '../client/arguments';
import { beginProgram } from '../worker/program';
import { addCompare } from './commands/compare';
import { fleetBenchCommand } from './commands/fleet';
import { pictureCommand } from './commands/picture';
import { throttleBenchCommand } from './commands/throttle';
import { profileCommand } from './commands/profile';

function benchCommand(): Command {
  const command = new Command('bench')
    .enablePositionalOptions()
    .description('Moves one project by moveout and by what others use, and says what each costs.');
  addCompare(command);
  const commands = [profileCommand(), fleetBenchCommand(), throttleBenchCommand()];
  for (const one of [...commands, pictureCommand()]) command.addCommand(one);
  return command;
}

beginProgram();
runArguments(benchCommand(), process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
