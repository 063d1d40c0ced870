import type { Cell, Ending, Result } from '../matrix/cell';

/** One cell in one line, its problems below it. */
export function lineOf({ cell, ending, problems, reason, seconds }: Result): string {
  const name = nameOf(cell);
  if (reason !== undefined) return `skip ${name}: ${reason}`;
  const said = `${name}: ${ending ?? '?'} (${seconds.toFixed(1)} s)`;
  return problems.length === 0 ? `ok   ${said}` : [`FAIL ${said}`, ...problems].join('\n       ');
}

/** How many cells passed, how many failed, and how many could not be played; each counts once. */
export function countsOf(
  results: readonly Result[],
): Readonly<Record<'passed' | 'failed' | 'skipped', number>> {
  const skipped = results.filter(({ reason }) => reason !== undefined).length;
  const failed = results.filter(
    ({ reason, problems }) => reason === undefined && problems.length > 0,
  ).length;
  return { passed: results.length - failed - skipped, failed, skipped };
}

const ENDINGS: readonly Ending[] = ['migrated', 'restored', 'untouched', 'parked, restored'];

/** The cells that ended well in a run of this program that was broken off, by the lines that it said. */
export function wellIn(lines: readonly string[], cells: readonly Cell[]): readonly Result[] {
  return cells.flatMap((cell) => {
    const start = `ok   ${nameOf(cell)}: `;
    const line = lines.find((one) => one.includes(start));
    const rest = line?.slice(line.indexOf(start) + start.length) ?? '';
    const ending = ENDINGS.find((one) => rest.startsWith(`${one} (`));
    if (ending === undefined) return [];
    const seconds = Number(/\(([0-9.]+) s\)$/.exec(rest)?.[1]);
    return [{ cell, seconds, ending, problems: [] }];
  });
}

function nameOf({ place, fault, kind }: Cell): string {
  return `${place.step}, ${place.moment}, ${fault.name}, ${kind}`;
}
