import { Command, Option } from 'commander';
import { z } from 'zod';
import { UsageError } from '../../client/fault';
import { compare } from '../compare/compare';
import { benchFleet } from '../fleet/bench-fleet';
import { format, listOf, profiledProjects, rounds } from '../options/fields';
import { assertWritable, readOptions } from '../options/read-options';
import { groundOptionsOf, sourceFields, sourceOptions, sourcesOf } from '../options/source-options';
import { fleetProfileText, profileText } from '../print/profile-text';
import { publish } from '../print/publish';
import { formatsOf } from '../movers/names';
import { runInterruptibly, type BenchRun } from '../run-interruptibly';

const fields = z.object({
  ...sourceFields,
  ...{ format: listOf(format), rounds, projects: profiledProjects.optional() },
});

type ProfileFields = z.infer<typeof fields>;

/** `npm run bench -- profile`: where the CPU time goes, of one project or with `--projects` of a fleet of small ones. */
export function profileCommand(): Command {
  const command = new Command('profile').description(
    'Says where the CPU time goes: worker, PostgreSQL by database and by statement, Temporal server.',
  );
  for (const option of [...sourceOptions(), ...profileOptions()]) command.addOption(option);
  return command.action(async (typed: object) => {
    const read = readOptions(fields, typed);
    assertWritable('--out', read.out);
    const isGiven = (name: string): boolean => command.getOptionValueSource(name) === 'cli';
    const foreign = ['users', 'objects', 'neighbours', 'seed', 'rounds'].filter(isGiven);
    if (read.projects !== undefined && foreign.length > 0)
      throw new UsageError(`--${foreign.join(' and --')} cannot be used with --projects`);
    await runInterruptibly((run) =>
      read.projects === undefined ? profileOne(run, read) : profileFleet(run, read, read.projects),
    );
  });
}

async function profileOne(run: BenchRun, read: ProfileFields): Promise<void> {
  const result = await compare(run, {
    ...{ ...groundOptionsOf(read), sources: sourcesOf(read), formats: formatsOf(read.format) },
    ...{ peers: [], against: undefined, rounds: read.rounds },
  });
  await publish(result, profileText(result), read.out);
}

async function profileFleet(run: BenchRun, read: ProfileFields, projects: number): Promise<void> {
  const result = await benchFleet(run, {
    ...{ ...groundOptionsOf(read), projects, atATime: 8, format: 'auto', scaling: false },
    ...{ countStatements: true, withPeer: false },
  });
  await publish(result, fleetProfileText(result), read.out);
}

const profileOptions = (): readonly Option[] => [
  new Option('--projects <n>', 'profile a fleet of so many small projects instead'),
  new Option('--format <formats>', 'formats of the backup, of one project').default('copy'),
  new Option('--rounds <n>', 'how often one project is moved').default('1'),
];
