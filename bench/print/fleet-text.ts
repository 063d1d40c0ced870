import { count } from '../../client/progress/words';
import { grid } from '../../client/report/grid';
import type { FleetBenchResult, FleetResult, FleetStep } from '../fleet/fleet-schema';
import { cpuGrid } from './cpu-grid';
import { memoryText } from './memory-text';

/** The figures of `bench fleet` for people. */
export function fleetFiguresText(result: FleetBenchResult): string {
  const { machine, postgres, atATime, format, fleets, missing } = result;
  const head = `${machine.cores} cores, PostgreSQL ${postgres.release}, ${atATime} projects at a time, backups as ${format}`;
  const lacks = missing.map(
    ({ mover, install }) => `Not measured: ${mover} is not installed (${install})`,
  );
  return [head, ...fleets.map(ofFleet), ...lacks].join('\n\n');
}

function ofFleet(fleet: FleetResult): string {
  const { inSource, moved, migrated, seconds, beforeFirst, peer, usual } = fleet;
  const compared =
    peer === undefined
      ? []
      : [
          `createdb; pg_dump -Fc | pg_restore, two at a time: ${rate(moved, peer.seconds)}`,
          `ratio: ${peer.ratio.toFixed(2)}`,
        ];
  const { median, smallest, largest } = usual.seconds;
  return [
    [
      `A fleet of ${count(moved)} projects out of ${count(inSource)}`,
      `moveout: ${rate(moved, seconds)}; ${count(migrated)} migrated and verified`,
      `before the first project ${beforeFirst.toFixed(1)} s; then ${rate(moved, seconds - beforeFirst)}`,
      ...compared,
    ].join('\n'),
    stepGrid(fleet.steps),
    `One project alone, the worker warm: ${median.toFixed(2)} s (${smallest.toFixed(2)} to ${largest.toFixed(2)}, ${usual.projects} projects)`,
    stepGrid(usual.steps),
    cpuGrid(fleet.cpu, seconds, moved),
    `peak memory, MB: ${memoryText(fleet.processes)}`,
  ].join('\n\n');
}

function stepGrid(steps: readonly FleetStep[]): string {
  const figures = ['median ms', 'mean ms', 'largest ms'].map((head) => ({ head, isFigure: true }));
  const rows = steps.map(({ step, median, mean, largest }) => [
    step,
    ...[median, mean, largest].map((seconds) => (1000 * seconds).toFixed(0)),
  ]);
  return grid([{ head: 'step' }, ...figures], rows);
}

function rate(projects: number, seconds: number): string {
  const each = ((seconds / projects) * 1000).toFixed(0);
  const aMinute = ((projects / seconds) * 60).toFixed(0);
  return `${seconds.toFixed(1)} s, ${each} ms a project, ${aMinute} a minute`;
}
