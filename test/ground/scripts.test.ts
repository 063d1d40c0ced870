import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { packageRoot } from '../../local/temporal-cli';
import { textOf } from './source-files';

const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(textOf('package.json')));

const PROGRAM = path.join(packageRoot(), 'dist/test/faults/report/program.js');

/** Two lines, the second when the first has failed; then a good end. */
const PLAYS = `require(${JSON.stringify(PROGRAM)}).runProgram(async () => {
  for (const line of ['one', 'two'])
    await new Promise((resolve) => process.stdout.write(line, resolve));
  return true;
});`;

describe('the scripts of the package', () => {
  // npm sends a signal to the shell, and a shell that waits for a program does not pass it on.
  it('replace the shell by the program, so that a signal ends it', () => {
    const single = Object.entries(scripts).filter(
      ([name, command]) => !name.startsWith('pre') && /^(exec )?node [^&]*$/.test(command),
    );
    const kept = single.filter(([, command]) => !command.startsWith('exec '));
    expect(kept.map(([name]) => name)).toEqual(['ready', 'build']);
    expect(single.map(([name]) => name)).toContain('test:fleet-faults');
  });

  it.each([
    ['the figures', [path.join(packageRoot(), 'scripts/figures.mjs')]],
    ['a program that plays faults', ['-e', PLAYS]],
  ])('print into a pipe that nobody reads, without an error: %s', async (_what, args) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    const [said] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect([said, child.exitCode]).toEqual(['', 0]);
  });
});
