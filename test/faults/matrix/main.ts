import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { countsOf, lineOf, wellIn } from '../report/line';
import { runProgram } from '../report/program';
import { writeSection } from '../report/section';
import { chosenCells } from './plan';
import { playAll } from './run';
import { matrixText } from './table';

const TEXT = { type: 'string' } as const;

/**
 * Plays the chosen cells, says a line of each, counts, and with `--write` prints the page. `--since`
 * names what a run that was broken off has said: what ended well in it is not played again.
 */
async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      ...{ step: TEXT, fault: TEXT, moment: TEXT, since: TEXT },
      lanes: { ...TEXT, default: '2' },
      write: { type: 'boolean', default: false },
    },
  });
  const cells = chosenCells(values);
  const said = values.since === undefined ? '' : readFileSync(values.since, 'utf8');
  const before = wellIn(said.split('\n'), cells);
  const left = cells.filter((cell) => !before.some((result) => result.cell === cell));
  const lanes = Number(values.lanes);
  const started = Date.now();
  let done = before.length;
  const played = await playAll(left, lanes, (result) => {
    done += 1;
    process.stdout.write(`${done}/${cells.length} ${lineOf(result)}\n`);
  });
  const earlier = before.reduce((sum, { seconds }) => sum + seconds, 0) / lanes / 60;
  const minutes = earlier + (Date.now() - started) / 60_000;
  const results = [...before, ...played].sort(
    (a, b) => cells.indexOf(a.cell) - cells.indexOf(b.cell),
  );
  if (values.write) writeSection('matrix', matrixText(results, minutes));
  const { passed, failed, skipped } = countsOf(results);
  process.stdout.write(
    `${minutes.toFixed(1)} minutes\n${passed} passed, ${failed} failed, ${skipped} skipped\n`,
  );
  return failed === 0;
}

runProgram(main);
