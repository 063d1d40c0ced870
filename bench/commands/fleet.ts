import { Command, Option } from 'commander';
import { z } from 'zod';
import { benchFleet } from '../fleet/bench-fleet';
import { atATime, fleetFormat, projects } from '../options/fields';
import { assertWritable, readOptions } from '../options/read-options';
import { groundOptionsOf, serverFields, serverOptions } from '../options/source-options';
import { fleetFiguresText } from '../print/fleet-text';
import { publish } from '../print/publish';
import { runInterruptibly } from '../run-interruptibly';

const fields = z.object({
  ...serverFields,
  ...{ projects, atATime, format: fleetFormat, scaling: z.boolean() },
});

/** `npm run bench -- fleet`: many small projects, and as many databases copied in a shell loop. */
export function fleetBenchCommand(): Command {
  const command = new Command('fleet').description(
    'Moves many small projects, and copies as many databases of the same size.',
  );
  for (const option of [...fleetOptions(), ...serverOptions()]) command.addOption(option);
  return command.action(async (typed: object) => {
    const read = readOptions(fields, typed);
    assertWritable('--out', read.out);
    const options = { ...read, ...groundOptionsOf(read), countStatements: false, withPeer: true };
    await runInterruptibly(async (run) => {
      const result = await benchFleet(run, options);
      await publish(result, fleetFiguresText(result), read.out);
    });
  });
}

const fleetOptions = (): readonly Option[] => [
  new Option('--projects <n>', 'projects of the fleet').default('1000'),
  new Option('--at-a-time <n>', 'migrations at the same time').default('8'),
  new Option('--format <format>', 'of the backups: auto, json or copy').default('auto'),
  new Option('--scaling', 'move 100 projects each of sources with 100, 1,000 and 3,000').default(
    false,
  ),
];
