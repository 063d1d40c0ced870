import path from 'node:path';
import { Option } from 'commander';
import { z } from 'zod';
import { packageRoot } from '../../local/temporal-cli';
import type { GroundOptions } from '../ground/ground';
import type { SourceSpec } from '../source/source-spec';
import { listOf, neighbours, objects, seed, settings, users } from './fields';

/** What every measurement of one project takes: which source, on which servers. */
export const sourceOptions = (): readonly Option[] => [
  new Option('--users <n>', 'users of the project; several sizes with commas').default('20000'),
  new Option('--objects <n>', 'objects of the project (default: two for each user)'),
  new Option('--neighbours <n>', 'other projects of the same size in the source').default('0'),
  new Option('--seed <text>', 'the same seed and sizes give the same rows').default('1'),
  ...serverOptions(),
];

/** What every command takes that starts servers. */
export const serverOptions = (): readonly Option[] => [
  new Option('--set <name=value>', 'a setting of PostgreSQL; may be given several times')
    .argParser((value: string, before: readonly string[]) => [...before, value])
    .default([], 'none'),
  new Option('--cache <folder>', 'where sources are kept between runs (default: .cache/bench)'),
  new Option('--out <file>', 'write the figures as JSON'),
];

export const serverFields = {
  set: settings,
  cache: z.string().min(1, 'must name a folder').optional(),
  out: z.string().min(1, 'must name a file').optional(),
};

export const sourceFields = {
  ...serverFields,
  users: listOf(users),
  objects: objects.optional(),
  neighbours,
  seed,
};

/** The sources that the options name, one for each number of users. */
export function sourcesOf(read: {
  readonly users: readonly number[];
  readonly objects?: number | undefined;
  readonly neighbours: number;
  readonly seed: string;
}): readonly SourceSpec[] {
  return read.users.map((each) => ({
    ...{ users: each, objects: read.objects ?? 2 * each },
    ...{ neighbours: read.neighbours, seed: read.seed },
  }));
}

/** Where sources are kept, and how the servers are set. */
export function groundOptionsOf(read: {
  readonly set: GroundOptions['settings'];
  readonly cache?: string | undefined;
}): GroundOptions {
  return {
    settings: read.set,
    cache: path.resolve(read.cache ?? path.join(packageRoot(), '.cache', 'bench')),
  };
}
