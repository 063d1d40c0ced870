import { openGround, type GroundOptions } from '../ground/ground';
import type { BenchRun } from '../run-interruptibly';
import { SOURCE_DATABASE } from '../source/kept-cluster';
import { fleetSource, listProjects } from './fleet-source';
import type { FleetResult } from './fleet-schema';
import { startFleetWorker } from './fleet-worker';
import type { FleetFormat } from './formats';
import { runPeerLoop } from './peer-loop';
import { moveWatched } from './move-watched';
import { measureUsual } from './usual-project';

/** What one fleet of the bench is. */
export interface FleetMeasure extends GroundOptions {
  /** Projects in the source, beside the few that are moved one by one. */
  readonly inSource: number;
  /** How many of them are moved as a fleet. */
  readonly moved: number;
  readonly atATime: number;
  readonly format: FleetFormat;
  readonly countStatements: boolean;
  /** The version of the peer that copies as many databases afterwards. */
  readonly peer: string | undefined;
}

/** What was measured, on which release of PostgreSQL. */
export interface MeasuredFleet {
  readonly release: string;
  readonly fleet: FleetResult;
}

/** Projects that are moved one by one after the fleet. */
const USUAL = 5;

/** Counting statements of so many databases takes more memory than the bench's other servers need. */
const STATEMENTS = { 'pg_stat_statements.max': '100000' };
const NO_STATEMENTS = { 'pg_stat_statements.track': 'none' };

/** Moves a fleet, then single projects by the same worker, then lets the peer copy what the fleet has made. */
export async function measureFleet(run: BenchRun, options: FleetMeasure): Promise<MeasuredFleet> {
  const { inSource, moved, countStatements } = options;
  const settings = { ...(countStatements ? STATEMENTS : NO_STATEMENTS), ...options.settings };
  const ground = await openGround(run, fleetSource(inSource + USUAL), { ...options, settings });
  const all = await listProjects(ground.url(SOURCE_DATABASE));
  const worker = await startFleetWorker(run, ground, options.format);
  const projects = all.slice(0, moved);
  const fleet = await moveWatched(ground, { ...options, projects, worker: worker.pid });
  const usual = await measureUsual(ground.client, all.slice(inSource));
  await worker.stop();
  const migrated = fleet.ended.filter(({ report }) => report?.outcome === 'migrated');
  for (const { project, failure } of fleet.ended.filter((one) => one.failure !== undefined))
    run.say(`${project.ref}: ${failure ?? ''}`);
  const databases = migrated.map(({ project }) => project.database);
  const result = {
    ...{ inSource: all.length, moved, migrated: migrated.length, usual, ...fleet.figures },
    ...(options.peer === undefined
      ? {}
      : {
          peer: peerResult(options.peer, await runPeerLoop(ground, databases, run.signal), fleet),
        }),
  };
  return { release: ground.postgres.release, fleet: result };
}

function peerResult(
  version: string,
  seconds: number,
  { figures }: { readonly figures: Pick<FleetResult, 'seconds'> },
): FleetResult['peer'] {
  return { version, seconds, ratio: figures.seconds / seconds };
}
