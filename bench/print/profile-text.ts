import { count } from '../../client/progress/words';
import type { FleetBenchResult, FleetResult } from '../fleet/fleet-schema';
import type { BenchResult } from '../result/schema';
import { cpuGrid } from './cpu-grid';
import { statementGrid } from './statement-grid';

const LISTED_STATEMENTS = 25;

/** Where the time of one project goes. */
export function profileText({ sizes }: BenchResult): string {
  return sizes
    .flatMap(({ users, movers }) =>
      movers.map(({ mover, seconds, cpu, statements }) =>
        [
          `${mover}, one project of ${count(users)} users`,
          cpuGrid(cpu, seconds.median),
          statementGrid(statements.slice(0, LISTED_STATEMENTS)),
        ].join('\n\n'),
      ),
    )
    .join('\n\n');
}

/** Where the time of a fleet goes. */
export function fleetProfileText({ fleets }: FleetBenchResult): string {
  return fleets.map(ofFleet).join('\n\n');
}

function ofFleet({ moved, seconds, cpu, statements }: FleetResult): string {
  return [
    `a fleet of ${count(moved)} projects`,
    cpuGrid(cpu, seconds, moved),
    statementGrid(statements.slice(0, LISTED_STATEMENTS)),
  ].join('\n\n');
}
