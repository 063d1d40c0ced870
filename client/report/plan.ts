import type { Plan, PlannedTable, TargetState } from '../../workflows/domain/plan';
import { count, size } from '../progress/words';
import { grid } from './grid';
import { problemsText } from './text';

/** A plan for people: what would be moved, by which rule, and what speaks against it. */
export function planText(plan: Plan): string {
  const { project, source, target, problems } = plan;
  const columns = [
    { head: 'table' },
    { head: 'scope' },
    { head: 'rows in the source, about', isFigure: true },
    { head: 'size', isFigure: true },
    { head: 'rule' },
  ];
  const verdict = problems.length === 0 ? 'nothing speaks against it' : 'it would be refused';
  const parts = [
    `Plan for ${project.projectRef} → ${project.databaseName}: ${verdict}. Nothing was touched.`,
    problemsText('Problems', problems),
    [
      `  source  database ${source.database} (${source.connection})`,
      `  target  database ${target.database} (${target.connection}), ${targetWords(plan.targetBefore)}`,
      `  moves   ${count(plan.users)} users, ${count(plan.buckets)} buckets; backup format ${plan.format}`,
    ].join('\n'),
    grid(columns, plan.tables.map(tableRow)),
    problemsText('Worth knowing', plan.warnings),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function tableRow({
  table,
  scope,
  rule,
  estimatedRows,
  estimatedBytes,
}: PlannedTable): readonly string[] {
  return [table, scope, count(estimatedRows), size(estimatedBytes), rule];
}

function targetWords(before: TargetState): string {
  if (before.kind === 'absent') return 'does not exist yet: it would be created';
  if (before.kind === 'empty') return 'exists and holds no auth or storage rows';
  return `holds ${count(before.rows)} rows in auth and storage`;
}
