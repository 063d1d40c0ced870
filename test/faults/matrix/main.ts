import { parseArgs } from 'node:util';
import { lineOf } from '../report/line';
import { runProgram } from '../report/program';
import { writeSection } from '../report/section';
import { chosenCells } from './plan';
import { playAll } from './run';
import { matrixText } from './table';

const TEXT = { type: 'string' } as const;

/** Plays the chosen cells, says a line of each, counts, and with `--write` prints the page. */
async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      ...{ step: TEXT, fault: TEXT, moment: TEXT, lanes: { ...TEXT, default: '2' } },
      write: { type: 'boolean', default: false },
    },
  });
  const cells = chosenCells(values);
  const started = Date.now();
  let done = 0;
  const played = await playAll(cells, Number(values.lanes), (result) => {
    done += 1;
    process.stdout.write(`${done}/${cells.length} ${lineOf(result)}\n`);
  });
  const minutes = (Date.now() - started) / 60_000;
  const results = [...played].sort((a, b) => cells.indexOf(a.cell) - cells.indexOf(b.cell));
  if (values.write) writeSection('matrix', matrixText(results, minutes));
  const failed = results.filter(({ problems }) => problems.length > 0).length;
  process.stdout.write(
    `${results.length} cells, ${failed} failed, ${minutes.toFixed(1)} minutes\n`,
  );
  return failed === 0;
}

runProgram(main);
