import type { PlannedTable } from '../../workflows/domain/plan';
import type { SourceView } from './source';

/** Above this many rows of a project, `auto` takes PostgreSQL's own COPY bytes. */
const MOST_ROWS_AS_JSON = 200_000;

/** The format of a backup; `auto` goes by the rows that the project will probably have. */
export function chooseFormat(
  configured: 'auto' | 'json' | 'copy',
  source: Pick<SourceView, 'tables' | 'users'>,
): 'json' | 'copy' {
  if (configured !== 'auto') return configured;
  return estimatedRows(source) > MOST_ROWS_AS_JSON ? 'copy' : 'json';
}

/** The rows that were counted; else the project's share of all rows, taken to be its share of the users. */
function estimatedRows({ tables, users }: Pick<SourceView, 'tables' | 'users'>): number {
  const counted = tables.flatMap(({ rows }) => rows ?? []);
  if (counted.length > 0) return counted.reduce((sum, rows) => sum + rows, 0);
  const all = tables.reduce((sum, table) => sum + rowsOf(table), 0);
  const usersTable = tables.find(({ table }) => table === 'auth.users');
  const allUsers = usersTable === undefined ? 0 : rowsOf(usersTable);
  return allUsers === 0 ? all : all * Math.min(1, users / allUsers);
}

/** Where there are no statistics, a row is taken to have a hundred bytes. */
function rowsOf({ estimatedRows: rows, estimatedBytes }: PlannedTable): number {
  return rows ?? estimatedBytes / 100;
}
