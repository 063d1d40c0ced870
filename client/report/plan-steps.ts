import type { Plan } from '../../workflows/domain/plan';
import { counted } from '../progress/words';
import { wrapped } from '../progress/page';

/** What would happen, in the order in which it would, and how it is undone. */
export function stepsText(plan: Plan): string {
  const { project, target, targetBefore, format } = plan;
  const totals = totalsOf(plan);
  const rows = totals === undefined ? 'The rows' : `The ${counted(totals.rows, 'row')}`;
  const name = `"${target.database}"`;
  const isFilled = targetBefore.kind === 'filled' && targetBefore.rows > 0;
  const steps = [
    `${rows} are read in one snapshot into a folder backup_${project.projectRef}_… (format ${format}).`,
    `${rolesStep(plan)}${isFilled ? `What ${name} holds is saved too, then replaced. ` : ''}${schemaStep(plan)}`,
    'The rows of auth, then those of storage, are loaded from that backup.',
    'Indexes, foreign keys and sequences are made; triggers are switched on.',
    'Every table is compared by content: backup, target, source.',
    `If anything fails, ${undone(plan)}, and that is proved. The source is only read; nothing is deleted there.`,
  ];
  return [
    'What would happen:',
    ...steps.map((step, i) => wrapped(step, `  ${String(i + 1)}. `)),
  ].join('\n');
}

function schemaStep({ target, targetBefore }: Plan): string {
  const name = `"${target.database}"`;
  const made = 'the auth and storage schemas are made as they are in the source';
  if (targetBefore.kind === 'absent') return `Database ${name} is created, and ${made}.`;
  if (targetBefore.kind === 'empty') return `In ${name} ${made}.`;
  return targetBefore.rebuild === true
    ? `In ${name} ${made}; its own, which differ, give way.`
    : `The schemas that ${name} has are those of the source, and stay.`;
}

function rolesStep({ createRoles = [] }: Plan): string {
  if (createRoles.length === 0) return '';
  return `On its server, the missing roles ${createRoles.join(', ')} are created, without login. `;
}

function undone({ target, targetBefore }: Plan): string {
  const name = `"${target.database}"`;
  if (targetBefore.kind === 'absent') return `${name} is dropped again`;
  if (targetBefore.kind === 'empty') return `${name} is emptied again`;
  return `${name} gets back what it held`;
}

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
