import { cpus } from 'node:os';
import { grid } from '../../client/report/grid';
import { hasPeer } from '../peer';
import { measureFleet, type FleetBench, type FleetFigures } from './fleet';
import { onGround, type BenchGround } from './ground';
import { runPeerLoop } from './peer-loop';

/** What `bench fleet` is asked for. */
export interface FleetBenchOptions {
  readonly projects: number;
  readonly atATime: number;
  readonly format: FleetBench['format'];
  readonly scaling: boolean;
}

/** Sources of these sizes, and how many projects are moved of each. */
const SCALES = [100, 1_000, 3_000];
const MOVED_OF_EACH = 100;

/** Moves a fleet of small projects, and copies databases of the same size by pg_dump and pg_restore. */
export async function benchFleet(options: FleetBenchOptions): Promise<void> {
  await onGround(async (ground) => {
    if (options.scaling) return measureScaling(ground, options);
    return measureRatio(ground, options);
  });
}

async function measureRatio(ground: BenchGround, options: FleetBenchOptions): Promise<void> {
  const { projects, ...how } = options;
  const figures = await measureFleet(ground, { inSource: projects, moved: projects, ...how });
  say(
    `${String(projects)} projects on ${String(cpus().length)} cores, ${String(how.atATime)} at a time, backups as ${how.format}`,
  );
  printFleet(figures);
  if (!(await hasPeer())) return;
  const databases = figures.ended.map(({ project }) => project.database);
  const seconds = await runPeerLoop(ground, databases);
  say(`createdb, pg_dump -Fc, pg_restore: ${rate(databases.length, seconds)}`);
  say(`ratio: ${(figures.seconds / seconds).toFixed(2)}`);
}

async function measureScaling(ground: BenchGround, how: FleetBenchOptions): Promise<void> {
  for (const inSource of SCALES) {
    const figures = await measureFleet(ground, { ...how, inSource, moved: MOVED_OF_EACH });
    say(`${String(inSource)} projects in the source, ${String(MOVED_OF_EACH)} moved`);
    printFleet(figures);
  }
}

function printFleet({ seconds, frozen, ended, steps, memory }: FleetFigures): void {
  const migrated = ended.filter(({ report }) => report?.outcome === 'migrated').length;
  say(`moveout: ${rate(ended.length, seconds)}; ${String(migrated)} migrated and verified`);
  say(
    `  before the first project ${frozen.toFixed(1)} s; then ${rate(ended.length, seconds - frozen)}`,
  );
  for (const { project, failure } of ended.filter((one) => one.failure !== undefined).slice(0, 3))
    say(`  ${project.ref}: ${failure ?? ''}`);
  const figures = ['median ms', 'mean ms', 'largest ms'].map((head) => ({ head, isFigure: true }));
  const rows = [...steps].map(([step, times]) => {
    const sorted = [...times].sort((a, b) => a - b);
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    const found = [sorted[Math.floor(times.length / 2)] ?? 0, mean, sorted.at(-1) ?? 0];
    return [step, ...found.map((time) => (time * 1000).toFixed(0))];
  });
  say(grid([{ head: 'step' }, ...figures], rows));
  say(`worker's memory, MB: ${tenths(memory).join(' ')}; largest ${String(Math.max(...memory))}`);
}

/** Eleven figures from the first to the last. */
function tenths(memory: readonly number[]): readonly number[] {
  return Array.from(
    { length: 11 },
    (_, i) => memory[Math.floor((i * (memory.length - 1)) / 10)] ?? 0,
  );
}

function rate(projects: number, seconds: number): string {
  const each = ((seconds / projects) * 1000).toFixed(0);
  const aMinute = ((projects / seconds) * 60).toFixed(0);
  return `${seconds.toFixed(1)} s, ${each} ms a project, ${aMinute} a minute`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
