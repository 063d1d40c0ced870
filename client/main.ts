#!/usr/bin/env node
import { runArguments } from './arguments';
import { moveoutCommand } from './commands';
import { beginProgram } from '../worker/program';

beginProgram();
const args = process.argv.slice(2);
// From here on the list of processes shows no argument of this one.
process.title = 'moveout';

void runArguments(moveoutCommand(), args);
