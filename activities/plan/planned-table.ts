import type { PlannedTable } from '../../workflows/domain/plan';
import type { TableFacts, TableSize } from '../postgres/catalog/tables';
import type { Classification } from '../postgres/scope/classify';

/** A table as the plan shows it before its rows are counted. */
export function planned(
  facts: TableFacts,
  { rules }: Classification,
  size: TableSize | undefined,
): PlannedTable {
  const rule = rules.get(facts.table);
  return {
    table: facts.table,
    scope: rule?.kind ?? 'excluded',
    rule: rule?.rule ?? 'no rule',
    estimatedRows: size === undefined ? 0 : (size.estimatedRows ?? undefined),
    estimatedBytes: size?.bytes ?? 0,
  };
}
