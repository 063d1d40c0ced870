import type { Plan, PlannedTable, ScopeKind } from '../../workflows/domain/plan';
import { count, size, counted } from '../progress/words';
import { pageWidth, wrapped } from '../progress/page';
import { gridOf } from './grid';

/** The scopes in the order in which they are shown, and what each means for the rows. */
const SCOPES: Readonly<Record<ScopeKind, string>> = {
  root: 'chosen by the tenancy',
  owned: 'follow a user or bucket of the project',
  shared: 'used by users of the project, perhaps by others too: copied',
  ephemeral: 'pending for minutes or days',
  bookkeeping: 'which releases made the schema: copied whole',
  excluded: 'stay behind',
};

const KINDS = ['root', 'owned', 'shared', 'ephemeral', 'bookkeeping', 'excluded'] as const;

/**
 * The tables that hold rows of the project, grouped by scope, in lines no wider than the page. Tables
 * without such rows are named at the end.
 */
export function tablesText({ tables }: Pick<Plan, 'tables'>): string {
  const isShown = ({ rows, scope }: PlannedTable): boolean => rows !== 0 || scope === 'excluded';
  const shown = KINDS.flatMap((kind) =>
    tables.filter((table) => table.scope === kind && isShown(table)),
  );
  const empty = tables.filter((table) => !isShown(table)).map(({ table }) => table);
  const columns = [
    { head: 'table' },
    { head: 'rows', isFigure: true },
    { head: 'of about', isFigure: true },
    { head: 'size', isFigure: true },
    { head: 'which rows', isText: true },
  ];
  const { head, rows: lines } = gridOf(columns, shown.map(rowOf), pageWidth(process.stdout));
  const groups = KINDS.flatMap((kind) => {
    const own = lines.filter((_, i) => shown[i]?.scope === kind);
    return own.length === 0 ? [] : [`  ${kind}: ${SCOPES[kind]}`, ...own];
  });
  return [
    'Tables (rows of the project, and an estimate of all rows in the source):',
    head,
    ...groups,
    ...(empty.length === 0
      ? []
      : [
          wrapped(
            empty.join(', '),
            `  ${counted(empty.length, 'table')} without a row of the project: `,
          ),
        ]),
  ].join('\n');
}

function rowOf({ table, rows, bytes, estimatedRows, rule }: PlannedTable): readonly string[] {
  return [
    `  ${table}`,
    rows === undefined ? '?' : count(rows),
    estimatedRows === undefined ? 'no statistics' : count(Math.max(estimatedRows, rows ?? 0)),
    bytes === undefined ? '?' : size(bytes),
    rule,
  ];
}
