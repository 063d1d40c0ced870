import type { Result } from '../matrix/cell';

/** One cell in one line, its problems below it. */
export function lineOf({ cell, ending, problems, reason, seconds }: Result): string {
  const { place, fault, kind } = cell;
  const name = `${place.step}, ${place.moment}, ${fault.name}, ${kind}`;
  if (reason !== undefined) return `-    ${name}: ${reason}`;
  const said = `${name}: ${ending ?? '?'} (${seconds.toFixed(1)} s)`;
  return problems.length === 0 ? `ok   ${said}` : [`FAIL ${said}`, ...problems].join('\n       ');
}
