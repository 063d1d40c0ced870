import type { FleetEntry, FleetProgress } from '../domain/fleet';
import { counted } from '../domain/counted';
import { countsInWords, wentWell } from './counts';

/** The Web UI shows a page of it; the query has more, the record all. */
const SHOWN = 30;

/** What the Web UI shows of a fleet: how far it is, what runs, and what has failed. */
export function detailsOf(progress: FleetProgress): string {
  const { fleetId, state, total, waiting, running, counts, stoppedBy, expectedEnd } = progress;
  const ended = total - waiting - running.length;
  const before = (progress.migratedBefore ?? []).reduce((sum, one) => sum + one.projects, 0);
  const own = { ...counts, 'already-migrated': counts['already-migrated'] - before };
  const until = progress.opensAt === undefined ? '' : ` until ${progress.opensAt}`;
  const bad = progress.projects.filter((entry) => !wentWell(entry));
  return [
    `**${fleetId}** · **${state}**${until}${stoppedBy === undefined ? '' : `: ${stoppedBy}`}`,
    '',
    `${String(ended)} of ${counted(total, 'project')} ended: ${countsInWords(own)}${before === 0 ? '' : `; ${String(before)} migrated before`}`,
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
