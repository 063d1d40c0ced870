import { serverSettings } from '../ground/server-settings';
import type { GroundOptions } from '../ground/ground';
import { installedPeers } from '../movers/installed';
import { thisMachine } from '../result/machine';
import type { BenchRun } from '../run-interruptibly';
import type { FleetBenchResult, FleetResult } from './fleet-schema';
import type { FleetFormat } from './formats';
import { measureFleet, type FleetMeasure, type MeasuredFleet } from './measure-fleet';

/** What `bench fleet` is asked for. */
export interface FleetBenchOptions extends GroundOptions {
  readonly projects: number;
  readonly atATime: number;
  readonly format: FleetFormat;
  /** Whether the size of the source is what is measured. */
  readonly scaling: boolean;
  readonly countStatements: boolean;
  readonly withPeer: boolean;
}

/** Sources of these sizes, and how many projects are moved of each. */
const SCALES = [100, 1_000, 3_000];
const MOVED_OF_EACH = 100;

/** Moves a fleet of small projects, or with `scaling` as many projects of sources of several sizes. */
export async function benchFleet(
  run: BenchRun,
  options: FleetBenchOptions,
): Promise<FleetBenchResult> {
  const startedAt = new Date().toISOString();
  const isCompared = options.withPeer && !options.scaling;
  const { peers, missing } = await installedPeers(isCompared ? ['pg_dump-custom'] : []);
  for (const { mover, install } of missing)
    run.say(`${mover} is not installed, the bench goes on without it; to install it: ${install}`);
  const one = { inSource: options.projects, moved: options.projects, peer: peers[0]?.version };
  const several = SCALES.map((inSource) => ({ inSource, moved: MOVED_OF_EACH, peer: undefined }));
  const fleets: FleetResult[] = [];
  let release = '';
  for (const size of options.scaling ? several : [one]) {
    const measured = await ofOneSize(run, { ...options, ...size });
    release = measured.release;
    fleets.push(measured.fleet);
  }
  return {
    ...{ kind: 'fleet', startedAt, machine: thisMachine() },
    postgres: { release, settings: { ...serverSettings(options.settings) } },
    ...{ atATime: options.atATime, format: options.format, missing, fleets },
  };
}

function ofOneSize(run: BenchRun, options: FleetMeasure): Promise<MeasuredFleet> {
  return run.cleanup.within((cleanup) => measureFleet({ ...run, cleanup }, options));
}
