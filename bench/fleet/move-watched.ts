import type { SmallProject } from '../../studio/many-projects';
import type { BenchGround } from '../ground/ground';
import { watchStatements } from '../measure/watch-statements';
import { watchServers } from '../measure/watch-servers';
import { SOURCE_DATABASE } from '../source/kept-cluster';
import type { FleetResult } from './fleet-schema';
import { runFleet, type Ended } from './run-fleet';
import { stepFigures } from './step-figures';

/** Which projects are moved, by which worker. */
export interface WatchedFleet {
  readonly projects: readonly SmallProject[];
  readonly atATime: number;
  /** The worker's process. */
  readonly worker: number;
  readonly countStatements: boolean;
}

type Figures = Pick<
  FleetResult,
  'seconds' | 'beforeFirst' | 'steps' | 'processes' | 'cpu' | 'statements'
>;

/** Moves a fleet and watches all that works on it. */
export async function moveWatched(
  ground: BenchGround,
  { projects, atATime, worker, countStatements }: WatchedFleet,
): Promise<{ readonly ended: readonly Ended[]; readonly figures: Figures }> {
  const statementWatch = countStatements ? await watchStatements(ground, groupOf) : undefined;
  const watch = watchServers(ground, groupOf);
  watch.add({ kind: 'worker', name: 'worker', pid: worker }, 'running');
  try {
    const order = { projects, atATime, folder: ground.folder };
    const { fleet, ended } = await runFleet(ground.client, order);
    const used = watch.stop();
    const statements = (await statementWatch?.stop()) ?? [];
    const reports = ended.flatMap(({ report }) => (report === undefined ? [] : [report]));
    const began = Date.parse(fleet.startedAt);
    const first = Math.min(...reports.map(({ startedAt }) => Date.parse(startedAt)));
    const seconds = (Date.parse(fleet.finishedAt) - began) / 1000;
    const beforeFirst = reports.length === 0 ? seconds : (first - began) / 1000;
    return {
      ended,
      figures: { seconds, beforeFirst, steps: stepFigures(reports), statements, ...used },
    };
  } finally {
    watch.stop();
  }
}

/** What all targets cost together says more than a thousand lines. */
function groupOf(database: string): string {
  return [SOURCE_DATABASE, 'postgres', TARGETS].includes(database) ? database : TARGETS;
}

const TARGETS = 'all targets';
