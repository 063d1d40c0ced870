import { cpus } from 'node:os';
import path from 'node:path';
import { Command, Option } from 'commander';
import { grid } from '../client/report/grid';
import { createStudio } from '../studio/studio';
import { installLogger } from '../worker/logger';
import type { Report } from '../workflows/domain/report';
import { benchFleet, type FleetBenchOptions } from './fleet/main';
import { dumpAndRestore, hasPeer } from './peer';
import { onStage, type Stage } from './stage';

interface Measurement {
  readonly what: string;
  readonly seconds: number;
  readonly steps: string;
}

type BenchShape = Pick<FleetBenchOptions, 'format' | 'scaling'>;

const SOURCE = 'bench_source';

async function main(): Promise<void> {
  const bench = new Command('bench')
    .description('Moves one project of a studio, and copies the same rows by pg_dump | pg_restore.')
    .option(
      '--users <n>',
      'users of the project; sessions and tokens as many, twice the objects',
      '20000',
    )
    .action(({ users }: { users: string }) => benchProject(Number(users)));
  bench
    .command('fleet')
    .description('Moves many small projects, and copies as many databases of the same size.')
    .option('--projects <n>', 'projects of the studio', '1000')
    .option('--at-a-time <n>', 'migrations at the same time', '8')
    .addOption(
      new Option('--format <format>', 'of the backups')
        .choices(['auto', 'json', 'copy'])
        .default('auto'),
    )
    .option('--scaling', 'moves 100 projects each of sources with 100, 1,000 and 3,000', false)
    .action((options: { projects: string; atATime: string } & BenchShape) =>
      benchFleet({
        ...{ projects: Number(options.projects), atATime: Number(options.atATime) },
        ...{ format: options.format, scaling: options.scaling },
      }),
    );
  await bench.parseAsync();
}

async function benchProject(users: number): Promise<void> {
  installLogger({ to: '/dev/null' });
  await onStage(async (stage) => {
    await stage.query(`CREATE DATABASE ${SOURCE}`);
    const sizes = { users, sessions: users, refreshTokens: users, objects: users * 2 };
    await createStudio(stage.url(SOURCE), { projects: 2, ...sizes });
    const measured = await measure(stage);
    print(users, measured);
  });
}

async function measure(stage: Stage): Promise<readonly Measurement[]> {
  const measured: Measurement[] = [];
  for (const format of ['copy', 'json'] as const) {
    const database = `bench_${format}`;
    const report = await stage.migrate({
      projectRef: 'project-abc',
      source: SOURCE,
      database,
      format,
    });
    measured.push({ what: `moveout, ${format}`, ...timesOf(report) });
  }
  if (!(await hasPeer())) return measured;
  await stage.query('CREATE DATABASE bench_peer TEMPLATE template0');
  const started = performance.now();
  await dumpAndRestore(
    stage.url('bench_copy'),
    stage.url('bench_peer'),
    path.join(stage.folder, 'peer.dump'),
  );
  const seconds = (performance.now() - started) / 1000;
  return [
    ...measured,
    { what: 'pg_dump -Fc, pg_restore', seconds, steps: 'no scope, no verification, no undo' },
  ];
}

function timesOf(report: Report): Pick<Measurement, 'seconds' | 'steps'> {
  const seconds = (Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1000;
  const steps = report.steps.map(({ step, seconds: took }) => `${step} ${took.toFixed(1)}`);
  return { seconds, steps: steps.join('  ') };
}

function print(users: number, measured: readonly Measurement[]): void {
  const peer = measured.at(-1)?.seconds ?? 1;
  const columns = [
    { head: '' },
    { head: 'seconds', isFigure: true },
    { head: 'ratio to the last', isFigure: true },
    { head: 'of which' },
  ];
  const rows = measured.map(({ what, seconds, steps }) => [
    what,
    seconds.toFixed(1),
    (seconds / peer).toFixed(2),
    steps,
  ]);
  process.stdout.write(
    `one project of ${String(users)} users on ${String(cpus().length)} cores\n${grid(columns, rows)}\n`,
  );
}

void main();
