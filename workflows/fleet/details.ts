import type { FleetEntry, FleetProgress } from '../domain/fleet';
import { countsInWords, wentWell } from './tally';

/** The Web UI shows a page of it; the query has more, the record all. */
const SHOWN = 30;

/** What the Web UI shows of a fleet: how far it is, what runs, and what has failed. */
export function detailsOf(progress: FleetProgress): string {
  const { fleetId, state, total, waiting, running, counts, stoppedBy, expectedEnd } = progress;
  const bad = progress.projects.filter((entry) => !wentWell(entry));
  return [
    `**${fleetId}** · **${state}**${stoppedBy === undefined ? '' : `: ${stoppedBy}`}`,
    '',
    `${String(total - waiting - running.length)} of ${String(total)} projects ended: ${countsInWords(counts)}`,
    '',
    `Running: ${
      running
        .map(({ projectRef }) => projectRef)
        .slice(0, SHOWN)
        .join(', ') || 'none'
    }`,
    ...(expectedEnd === undefined ? [] : ['', `Expected end: ${expectedEnd}`]),
    ...(bad.length === 0 ? [] : failed(bad)),
  ].join('\n');
}

function failed(entries: readonly FleetEntry[]): readonly string[] {
  return [
    '',
    '| project | outcome | why |',
    '|---|---|---|',
    ...entries.slice(-SHOWN).map(({ projectRef, outcome, problems }) => {
      const why = problems[0]?.message ?? '';
      return `| ${projectRef} | ${outcome} | ${why.replace(/[|\n]/g, ' ')} |`;
    }),
  ];
}
