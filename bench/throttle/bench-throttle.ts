import { setTimeout as wait } from 'node:timers/promises';
import { versionOfPackage } from '../../client/arguments';
import { openGround, type BenchGround, type GroundOptions } from '../ground/ground';
import { serverSettings } from '../ground/server-settings';
import { watchServers } from '../measure/watch-servers';
import { moveout } from '../movers/moveout';
import { thisMachine } from '../result/machine';
import type { BenchRun } from '../run-interruptibly';
import { keptSource } from '../source/fill-source';
import { SOURCE_DATABASE } from '../source/kept-cluster';
import type { SourceSpec } from '../source/source-spec';
import { startNeighbour, type Load } from './neighbour';
import type { Phase, ThrottleBenchResult } from './throttle-schema';

/** What `bench throttle` is asked for. */
export interface ThrottleBenchOptions extends GroundOptions, Load {
  readonly source: SourceSpec;
  /** Seconds for which nothing is moved. */
  readonly quiet: number;
  readonly maxActiveSessions: number;
  /** As the configuration has it. */
  readonly every: string;
  /** Sessions of a step while the throttle is on. */
  readonly perProject: number;
}

const TARGET = 'bench_target';

/** Measures a busy neighbour: alone, then while a project is moved without a throttle, then with one. */
export async function benchThrottle(
  run: BenchRun,
  options: ThrottleBenchOptions,
): Promise<ThrottleBenchResult> {
  const startedAt = new Date().toISOString();
  const { source, clients, rate, maxActiveSessions, every, perProject } = options;
  const ground = await openGround(run, keptSource(source), options);
  const on = { throttle: { maxActiveSessions, every }, sessions: { perProject } };
  const quiet = await measured(ground, options, () =>
    wait(options.quiet * 1_000, undefined, { signal: run.signal }),
  );
  const off = await measured(ground, options, () => move(ground, run.signal, {}));
  const throttled = await measured(ground, options, () => move(ground, run.signal, on));
  const calm = percentile(quiet.latencies, 0.95);
  return {
    ...{ kind: 'throttle', startedAt, machine: thisMachine() },
    postgres: {
      release: ground.postgres.release,
      settings: { ...serverSettings(options.settings) },
    },
    ...{ users: source.users, clients, rate },
    throttle: { maxActiveSessions, every, perProject },
    phases: [
      phaseOf('quiet', quiet.latencies, calm),
      { ...phaseOf('throttle off', off.latencies, calm), move: off.result },
      { ...phaseOf('throttle on', throttled.latencies, calm), move: throttled.result },
    ],
  };
}

/** Runs `use` while the neighbour works. */
async function measured<T>(
  ground: BenchGround,
  load: Load,
  use: () => Promise<T>,
): Promise<{ readonly latencies: readonly number[]; readonly result: T }> {
  await ground.query('CHECKPOINT');
  const neighbour = await startNeighbour(ground.url(SOURCE_DATABASE), load);
  let latencies: readonly number[] = [];
  try {
    const result = await use();
    latencies = await neighbour.stop();
    return { latencies, result };
  } finally {
    await neighbour.stop();
  }
}

async function move(
  ground: BenchGround,
  signal: AbortSignal,
  settings: Readonly<Record<string, unknown>>,
): Promise<NonNullable<Phase['move']>> {
  const watch = watchServers(ground, (database) => database);
  try {
    const mover = moveout('moveout-copy', versionOfPackage(), settings);
    const { seconds, steps } = await mover.move({
      ...{ ground, source: SOURCE_DATABASE, target: TARGET, watch, signal },
    });
    await ground.query(`DROP DATABASE ${TARGET}`);
    return { seconds, steps };
  } finally {
    watch.stop();
  }
}

function phaseOf(phase: Phase['phase'], latencies: readonly number[], calm: number): Phase {
  const at = (share: number): number => percentile(latencies, share);
  return {
    ...{ phase, transactions: latencies.length },
    ...{ p50: at(0.5), p95: at(0.95), p99: at(0.99), ratio: at(0.95) / calm },
  };
}

/** The smallest value that so large a share of all does not exceed. */
function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (found === undefined) throw new Error('the neighbour has done no transaction');
  return found;
}
