import { grid } from '../../client/report/grid';
import type { CpuFigure } from '../result/figures';

/** Less than this is left out. */
const LEAST_SECONDS = 0.005;

/**
 * Where the CPU time went: process by process, of PostgreSQL by database, and below it the threads of the worker. With
 * `projects` also what each of them cost.
 */
export function cpuGrid(cpu: readonly CpuFigure[], seconds: number, projects?: number): string {
  const whole = cpu
    .filter(({ thread }) => thread === undefined)
    .reduce((sum, figure) => sum + figure.seconds, 0);
  const isPerProject = projects !== undefined;
  const columns = [
    { head: 'process' },
    { head: 'database or thread' },
    { head: 'CPU s', isFigure: true },
    { head: '%', isFigure: true },
    ...(isPerProject ? [{ head: 'ms a project', isFigure: true }] : []),
  ];
  const shown = cpu.filter((figure) => figure.seconds >= LEAST_SECONDS);
  const processes = shown.filter(({ thread }) => thread === undefined);
  const threads = shown.filter(({ thread }) => thread !== undefined);
  const rows = [...processes, ...threads].map(({ name, database, thread, seconds: used }) => [
    ...[name, thread === undefined ? (database ?? '') : `thread ${thread}`],
    ...[used.toFixed(2), ((100 * used) / whole).toFixed(0)],
    ...(isPerProject ? [((1000 * used) / projects).toFixed(0)] : []),
  ]);
  const cores = (whole / seconds).toFixed(2);
  return `${whole.toFixed(1)} s of CPU in ${seconds.toFixed(1)} s: ${cores} cores busy\n${grid(columns, rows)}`;
}
