import type { ProcessFigure } from '../result/figures';

/** PostgreSQL's own processes need nearly nothing beside the buffers that they share. */
const SMALL = /^PostgreSQL (?!backend)/;
const SERVERS = /^(?:PostgreSQL|Temporal) /;

/** The most memory that the processes of each name had at one moment, the mover's own first. */
export function memoryText(processes: readonly ProcessFigure[]): string {
  const shown = processes.filter(({ name }) => !SMALL.test(name));
  const own = shown.filter(({ name }) => !SERVERS.test(name));
  const servers = shown.filter(({ name }) => SERVERS.test(name));
  return [...own, ...servers]
    .map(({ name, togetherMegabytes }) => `${name} ${togetherMegabytes.toFixed(0)}`)
    .join(', ');
}
