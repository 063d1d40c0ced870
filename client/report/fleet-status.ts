import type { FleetProgress } from '../../workflows/domain/fleet';
import { fleetFigures, span } from '../progress/fleet-words';
import { limitsWords } from '../progress/limits-words';
import { fitting } from '../progress/page';

/** So many of those that run are named. */
const NAMED = 10;

/** How far a fleet is, for people; `now` is in epoch millis. */
export function statusText(workflowId: string, fleet: FleetProgress, now: number): string {
  const { fleetId, state, limits } = fleet;
  const lines = [
    `${workflowId} (${fleetId}) is ${state}`,
    `  ${fleetFigures(fleet, now)}`,
    limits === undefined ? '' : `  limits: ${limitsWords(limits)}`,
    runningLine(fleet, now),
  ];
  return fitting(`${lines.filter((line) => line !== '').join('\n')}\n`);
}

function runningLine({ running }: FleetProgress, now: number): string {
  if (running.length === 0) return '';
  const named = running
    .slice(0, NAMED)
    .map(
      ({ projectRef, startedAt }) =>
        `${projectRef} (${span((now - Date.parse(startedAt)) / 1000)})`,
    );
  const more = running.length > NAMED ? `, and ${running.length - NAMED} more` : '';
  return `  running: ${named.join(', ')}${more}`;
}
