import type { Ending, Result } from './cell';
import { LETTERS } from './expected-endings';

const LEGEND = [
  'Each cell is one migration of its own: it stands still at the moment of its row, is struck by the',
  'fault of its column, and goes on to its end. **M** migrated and verified · **R** restored and',
  'verified · **P** parked; once the cause was fixed, restored and verified by',
  '`reconcile` · **U** ended before the first write, the target untouched. The small letter is what the',
  'target was before: **a**bsent, **e**mpty, **f**illed with rows in the same schemas, **d**iffering in',
  'its schemas. A cell with a number could not be played; its reason stands below the table. Every',
  'ending was looked at from outside moveout: the rows of the target against the studio, or the target',
  'against its image of before; the source against its image; and nothing left over on either server',
  'or in the backup directory but whole backups.',
].join('\n');

/** The matrix as Markdown: a table, its legend, the reasons, and the figures. */
export function matrixText(results: readonly Result[], minutes: number): string {
  const faults = [...new Set(results.map(({ cell }) => cell.fault.name))];
  const rows = [...new Set(results.map(rowOf))];
  const reasons = [...new Set(results.flatMap(({ reason }) => reason ?? []))];
  const cellAt = (row: string, fault: string): string => {
    const found = results.find((one) => rowOf(one) === row && one.cell.fault.name === fault);
    return found === undefined ? '' : shown(found, reasons);
  };
  return [
    LEGEND,
    '',
    `| step | moment | ${faults.join(' | ')} |`,
    `|---|---|${faults.map(() => ':-:|').join('')}`,
    ...rows.map((row) => `| ${row} | ${faults.map((fault) => cellAt(row, fault)).join(' | ')} |`),
    '',
    ...reasons.map((reason, index) => `${index + 1}. ${reason}`),
    figures(results, minutes),
  ].join('\n');
}

const rowOf = ({ cell: { place } }: Result): string => `${place.step} | ${place.moment}`;

function shown({ cell, ending, problems, reason }: Result, reasons: readonly string[]): string {
  if (reason !== undefined) return String(reasons.indexOf(reason) + 1);
  if (problems.length > 0 || ending === undefined) return '**failed**';
  return `${LETTERS[ending]}&nbsp;${cell.kind.charAt(0)}`;
}

function figures(results: readonly Result[], minutes: number): string {
  const played = results.filter(({ reason }) => reason === undefined);
  const count = (ending: Ending): number => played.filter((one) => one.ending === ending).length;
  const failed = played.filter(({ problems }) => problems.length > 0).length;
  return [
    `${played.length} cells played in ${minutes.toFixed(0)} minutes on two cores:`,
    `${count('migrated')} migrated, ${count('restored')} restored,`,
    `${count('parked, restored')} parked and then restored, ${count('untouched')} untouched;`,
    `${failed} failed, ${results.length - played.length} could not be played.`,
  ].join(' ');
}
