import type { Plan } from '../../workflows/domain/plan';

/** The project's rows and bytes over all tables; `undefined` where they were not counted. */
export function totalsOf({
  tables,
}: Pick<Plan, 'tables'>): { readonly rows: number; readonly bytes: number } | undefined {
  if (tables.every(({ rows }) => rows === undefined)) return undefined;
  return {
    rows: tables.reduce((sum, table) => sum + (table.rows ?? 0), 0),
    bytes: tables.reduce((sum, table) => sum + (table.bytes ?? 0), 0),
  };
}
