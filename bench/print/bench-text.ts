import { amount, count } from '../../client/progress/words';
import { grid } from '../../client/report/grid';
import type { BenchResult, MoverResult, SizeResult } from '../result/schema';
import { memoryText } from './memory-text';
import { statementGrid } from './statement-grid';

const LISTED_STATEMENTS = 12;

/** The figures of a bench for people. */
export function benchText(result: BenchResult): string {
  const { machine, postgres, rounds, growth } = result;
  const head = `${machine.cores} cores, PostgreSQL ${postgres.release}, medians of ${amount(rounds, 'round')}`;
  const sizes = result.sizes.map(sizeText);
  return [head, ...sizes, ...growthText(growth), ...missingText(result)].join('\n\n');
}

function sizeText(size: SizeResult): string {
  const { users, objects, neighbours, rows } = size;
  const beside = neighbours === 0 ? '' : `, beside ${neighbours} more of the same size`;
  const title = `One project: ${count(users)} users, ${count(objects)} objects, ${count(rows)} rows${beside}`;
  const own = size.movers.filter(({ mover }) => mover.startsWith('moveout'));
  return [title, moverGrid(size), ...size.movers.map(stepText), ...own.map(statementText)].join(
    '\n\n',
  );
}

function moverGrid({ movers, against }: SizeResult): string {
  const figures = ['median s', 'smallest', 'largest', `of ${against}`];
  const columns = [
    { head: 'mover' },
    ...figures.map((head) => ({ head, isFigure: true })),
    { head: 'peak memory, MB' },
  ];
  const rows = movers.map(({ mover, seconds, ratio, processes }) => [
    mover,
    ...[seconds.median, seconds.smallest, seconds.largest, ratio].map((each) => each.toFixed(2)),
    memoryText(processes),
  ]);
  return grid(columns, rows);
}

function stepText({ mover, steps, seconds }: MoverResult): string {
  const columns = [
    { head: `${mover}, step` },
    { head: 'median s', isFigure: true },
    { head: '%', isFigure: true },
  ];
  const rows = steps.map((step) => [
    step.step,
    step.seconds.toFixed(2),
    ((100 * step.seconds) / seconds.median).toFixed(0),
  ]);
  return grid(columns, rows);
}

function statementText({ mover, statements }: MoverResult): string {
  return `${mover}, what PostgreSQL spends, mean of the rounds:\n${statementGrid(statements.slice(0, LISTED_STATEMENTS))}`;
}

function growthText(growth: BenchResult['growth']): readonly string[] {
  if (growth.length === 0) return [];
  const columns = [
    { head: 'mover' },
    { head: 'time grows with rows to the power of', isFigure: true },
  ];
  return [
    grid(
      columns,
      growth.map(({ mover, exponent }) => [mover, exponent.toFixed(2)]),
    ),
  ];
}

function missingText({ missing }: BenchResult): readonly string[] {
  if (missing.length === 0) return [];
  return [
    missing
      .map(({ mover, install }) => `Not measured: ${mover} is not installed (${install})`)
      .join('\n'),
  ];
}
