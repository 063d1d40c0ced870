import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { VARIANTS, type StudioOptions } from './options';
import { createStudio, type StudioSummary } from './studio';
import { beginProgram } from '../worker/program';

interface Flags extends StudioOptions {
  readonly connectionString?: string;
}

async function main(): Promise<void> {
  const { connectionString, ...options } = readFlags(process.argv);
  const url = connectionString ?? process.env['MOVEOUT_SOURCE_URL'];
  if (!url) throw new Error('give --connection-string=URL or set MOVEOUT_SOURCE_URL');
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new Error('the connection string must begin with postgresql://');
  }
  const begun = performance.now();
  const summary = await createStudio(url, options);
  process.exitCode = 0;
  process.stdout.write(summarize(summary, (performance.now() - begun) / 1000));
}

function readFlags(argv: readonly string[]): Flags {
  return new Command('studio')
    .description('Fills an empty database with a shared studio: projects with rows in every table.')
    .option('--connection-string <url>', 'the database to fill (default: MOVEOUT_SOURCE_URL)')
    .option('--projects <n>', 'number of projects', wholeNumber, 20)
    .option('--users <n>', 'users of each project (default: 150)', wholeNumber)
    .option('--sessions <n>', 'sessions of each project (default: 0.3 × users)', wholeNumber)
    .option('--refresh-tokens <n>', 'tokens of each project (default: 0.6 × users)', wholeNumber)
    .option('--buckets <n>', 'buckets of each project (default: 10)', wholeNumber)
    .option('--objects <n>', 'objects of each project (default: 500)', wholeNumber)
    .option('--seed <text>', 'equal seeds and sizes give equal rows (default: 1)')
    .addOption(new Option('--variant <name>', 'whose release the schemas are').choices(VARIANTS))
    .allowExcessArguments(false)
    .exitOverride()
    .parse(argv)
    .opts<Flags>();
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function summarize({ projects, rows }: StudioSummary, seconds: number): string {
  const biggest = ['auth.users', 'auth.sessions', 'auth.refresh_tokens', 'storage.objects'];
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  const refs = projects
    .slice(0, 2)
    .map(({ ref }) => ref)
    .join(', ');
  const more = projects.length > 2 ? ', …' : '';
  return [
    `${projects.length} projects (${refs}${more}), listed in public.projects`,
    `${total} rows in ${Object.keys(rows).length} tables, in ${seconds.toFixed(1)} s`,
    ...biggest.map((table) => `  ${table.padEnd(20)} ${String(rows[table]).padStart(9)}`),
    '',
  ].join('\n');
}

function explain(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(explain).join('; ');
  return error instanceof Error ? error.message : String(error);
}

beginProgram();
main().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  process.stderr.write(`studio: ${explain(error)}\n`);
  process.exitCode = 2;
});
