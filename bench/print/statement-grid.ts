import { grid } from '../../client/report/grid';
import type { StatementFigure } from '../result/figures';

const SHOWN = 160;

/** Statements with what each has cost, one a line. */
export function statementGrid(statements: readonly StatementFigure[]): string {
  const columns = [
    { head: 's', isFigure: true },
    { head: 'calls', isFigure: true },
    { head: 'database' },
    { head: 'statement' },
  ];
  const rows = statements.map(({ seconds, calls, database, statement }) => [
    seconds.toFixed(2),
    calls.toFixed(0),
    database,
    statement.length > SHOWN ? `${statement.slice(0, SHOWN)} …` : statement,
  ]);
  return grid(columns, rows);
}
