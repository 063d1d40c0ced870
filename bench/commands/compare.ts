import { Option, type Command } from 'commander';
import { z } from 'zod';
import { UsageError } from '../../client/fault';
import { compare, type CompareOptions } from '../compare/compare';
import { formatsOf, PEERS } from '../movers/names';
import { format, listOf, mover, peers, rounds } from '../options/fields';
import { assertWritable, readOptions } from '../options/read-options';
import { groundOptionsOf, sourceFields, sourceOptions, sourcesOf } from '../options/source-options';
import { benchText } from '../print/bench-text';
import { publish } from '../print/publish';
import { runInterruptibly } from '../run-interruptibly';

const fields = z.object({
  ...sourceFields,
  format: listOf(format),
  peers,
  against: mover.optional(),
  rounds,
});

/** `npm run bench`: moveout and its peers, one after another on the same servers. */
export function addCompare(command: Command): void {
  for (const option of [...sourceOptions(), ...ownOptions()]) command.addOption(option);
  command.action(async (typed: object) => {
    const read = readOptions(fields, typed);
    assertWritable('--out', read.out);
    const { rounds: count, against } = read;
    const options: CompareOptions = {
      ...groundOptionsOf(read),
      sources: sourcesOf(read),
      formats: formatsOf(read.format),
      ...{ peers: read.peers, against, rounds: count },
    };
    assertMeasured(options);
    await runInterruptibly(async (run) => {
      const result = await compare(run, options);
      await publish(result, benchText(result), read.out);
    });
  });
}

const ownOptions = (): readonly Option[] => [
  new Option('--format <formats>', 'formats of the backup that moveout is measured with').default(
    'copy,json',
  ),
  new Option('--peers <names>', 'what else is measured, or none').default(PEERS.join(',')),
  new Option('--against <name>', 'whose median is 1 (default: the first peer that is installed)'),
  new Option('--rounds <n>', 'how often each is measured').default('3'),
];

function assertMeasured({ against, formats, peers: named }: CompareOptions): void {
  if (against === undefined || [...formats, ...named].some((name) => name === against)) return;
  throw new UsageError('--against must name something that is measured: see --format and --peers');
}
