import { parseArgs } from 'node:util';
import type { Cell } from '../matrix/cell';
import { playAll } from '../matrix/run';
import { lineOf } from '../report/line';
import { runProgram } from '../report/program';
import { writeSection } from '../report/section';
import { triesElsewhere, triesInCopy } from './cells';

const TRIES = 20;

/** Wakes zombies, says a line of each try, and with `--write` prints the page. */
async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      lanes: { type: 'string', default: '2' },
      moment: { type: 'string', default: '' },
      write: { type: 'boolean', default: false },
    },
  });
  const isChosen = ({ place }: Cell): boolean =>
    `${place.step}, ${place.moment}`.includes(values.moment);
  const inCopy = triesInCopy(TRIES).filter(isChosen);
  const cells = [...inCopy, ...triesElsewhere().filter(isChosen)];
  const started = Date.now();
  const results = await playAll(cells, Number(values.lanes), (result) => {
    process.stdout.write(`${lineOf(result)}\n`);
  });
  const well = results.filter(({ problems }) => problems.length === 0).map(({ cell }) => cell);
  const stoodInCopy = well.filter((cell) => inCopy.includes(cell)).length;
  const text = [
    `In the middle of COPY: nothing changed in ${stoodInCopy} of ${inCopy.length} tries.`,
    'At other moments, by an attempt that hears nothing, with and without a way to Temporal:',
    `nothing changed in ${well.length - stoodInCopy} of ${cells.length - inCopy.length} tries.`,
    `${((Date.now() - started) / 60_000).toFixed(0)} minutes on two cores.`,
  ].join(' ');
  process.stdout.write(`${text}\n`);
  if (values.write) writeSection('zombies', text);
  return well.length === cells.length;
}

runProgram(main);
