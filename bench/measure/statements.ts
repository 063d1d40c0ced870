import { rowsAt, runStatements } from '../ground/statements-at';
import type { StatementFigure } from '../result/figures';
import { withoutLiterals } from './without-literals';

/** What costs less than all of these is not listed. */
const LISTED = 60;

interface Counted {
  readonly database: string | null;
  readonly statement: string;
  readonly calls: number;
  readonly seconds: number;
  readonly rows: number;
}

/** Begins to count anew what statements cost. */
export async function resetStatements(maintenanceUrl: string): Promise<void> {
  await runStatements(maintenanceUrl, ['SELECT pg_stat_statements_reset()']);
}

/**
 * What statements have cost since the reset, planning and execution together, the most expensive first.
 * `nameOf` names a database; those of equal names count together.
 */
export async function readStatements(
  maintenanceUrl: string,
  nameOf: (database: string) => string,
): Promise<readonly StatementFigure[]> {
  const counted = await rowsAt<Counted>(
    maintenanceUrl,
    `SELECT d.datname AS database, s.query AS statement, s.calls::float8 AS calls,
            (s.total_exec_time + s.total_plan_time) / 1000 AS seconds, s.rows::float8 AS rows
       FROM pg_stat_statements AS s LEFT JOIN pg_database AS d ON d.oid = s.dbid
      WHERE s.query !~* 'pg_stat_statements'`,
  );
  const found = new Map<string, StatementFigure>();
  for (const each of counted) {
    const database = each.database === null ? '(dropped)' : nameOf(each.database);
    const statement = withoutLiterals(each.statement);
    const key = `${database}\0${statement}`;
    const known = found.get(key) ?? { calls: 0, seconds: 0, rows: 0 };
    found.set(key, {
      ...{ database, statement, calls: known.calls + each.calls },
      ...{ seconds: known.seconds + each.seconds, rows: known.rows + each.rows },
    });
  }
  return [...found.values()].sort((a, b) => b.seconds - a.seconds).slice(0, LISTED);
}
