#!/usr/bin/env node
import { runArguments } from './arguments';
import { scriptCommand } from './commands';
import { beginProgram } from '../worker/program';

beginProgram();
const args = process.argv.slice(2);
// From here on the list of processes shows no argument of this one.
process.title = 'moveout migrate-project';

void runArguments(scriptCommand(), args);
