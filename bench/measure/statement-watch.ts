import type { StatementFigure } from '../result/figures';
import { cutStatement, withoutLiterals } from './without-literals';

/** Counts what statements cost from its start to `stop`. */
export interface StatementWatch {
  readonly stop: () => Promise<readonly StatementFigure[]>;
}

/** What costs less than all of these is not listed. */
const LISTED = 60;

/** What a statement has cost in one database, as it was found. */
export interface FoundStatement {
  /** Null if the database is gone. */
  readonly database: string | null;
  readonly statement: string;
  readonly calls: number;
  readonly seconds: number;
  readonly rows: number;
}

/**
 * Adds up statements that differ only by their values, the most expensive first. `groupOf` names a database; those of
 * equal names count together.
 */
export function addedUp(
  found: readonly FoundStatement[],
  groupOf: (database: string) => string,
): readonly StatementFigure[] {
  const sums = new Map<string, StatementFigure>();
  for (const each of found) {
    const database = each.database === null ? '(dropped)' : groupOf(each.database);
    const statement = withoutLiterals(each.statement);
    const key = `${database}\0${statement}`;
    const known = sums.get(key) ?? { calls: 0, seconds: 0, rows: 0 };
    sums.set(key, {
      ...{ database, statement, calls: known.calls + each.calls },
      ...{ seconds: known.seconds + each.seconds, rows: known.rows + each.rows },
    });
  }
  return [...sums.values()]
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, LISTED)
    .map((figure) => ({ ...figure, statement: cutStatement(figure.statement) }));
}
