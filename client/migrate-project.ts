#!/usr/bin/env node
import { Command } from 'commander';
import { answer } from './answer';
import { runArguments } from './arguments';
import { SCRIPT_FLAGS, withFlags, type Flags } from './flags';
import { HELP } from './help';
import { modeOf } from './request';
import { run } from './run';
import { beginProgram } from '../worker/program';

beginProgram();
const args = process.argv.slice(2);
// From here on the list of processes shows no argument of this one.
process.title = 'moveout migrate-project';

const command = withFlags(new Command('migrate-project'), SCRIPT_FLAGS)
  .description('Moves a project into a database of its own: backed up, verified, or put back.')
  .addHelpText('after', HELP)
  .action(async () => {
    const flags = command.opts<Flags>();
    await answer(flags, async () => run(modeOf(flags), flags));
  });

void runArguments(command, args);
