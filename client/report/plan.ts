import type {
  Plan,
  TargetState,
  PlannedTable,
  ScopeKind,
  Problem,
} from '../../workflows/domain/plan';
import { sessionsToRead, sessionsToWrite } from '../../workflows/domain/sessions';
import { amount, roughDuration, size, count } from '../progress/words';
import { nextStepsText } from './text';
import { wrapped, pageWidth } from '../progress/page';
import { gridOf } from './grid';

const GO_ON =
  'To migrate, give the same command without --dry-run (with moveout: migrate instead of plan).';

/**
 * A plan for people who have never seen one: whether it could be done, what would move from where to
 * where, how long it would take, what is wrong and what settles it. No line is wider than the
 * page unless one word or a statement is.
 */
export function planText(plan: Plan): string {
  const parts = [
    verdictText(plan),
    factsText(plan),
    problemsList(plan.problems),
    stepsText(plan),
    tablesText(plan),
    unclaimedText(plan.unclaimed),
    warningsText(plan.warnings),
    nextStepsText(plan.nextSteps),
    plan.problems.length === 0 ? wrapped(GO_ON, '') : '',
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function verdictText({ project, problems, pending }: Plan): string {
  const what = `Plan for ${project.projectRef} → ${project.databaseName}`;
  const refused = `would be refused for ${problems.length === 1 ? 'one problem' : `${String(problems.length)} problems`}`;
  const planned = problems.length === 0 ? 'ready to migrate' : `a migration ${refused}`;
  const verdict = pending === undefined ? planned : restoredFirst(problems);
  return wrapped(`${what}: ${verdict}. This is only a plan; nothing was touched.`, '');
}

/** What becomes of a migration or a restore into a target that has to be restored first. */
export function restoredFirst(problems: readonly Problem[]): string {
  const more = problems.length > 1 ? ', and would be refused for the other problems below' : '';
  return `a start restores first what an earlier run has left in the target, then plans again${more}`;
}

function factsText(plan: Plan): string {
  const { source, target, estimate } = plan;
  const totals = totalsOf(plan);
  const volume =
    totals === undefined
      ? 'rows not counted'
      : `${amount(totals.rows, 'row')}, about ${size(totals.bytes)}`;
  const facts = [
    ['from', `database ${source.database} (connection ${source.connection})`],
    ['to', `database ${target.database} (connection ${target.connection}), ${targetWords(plan)}`],
    ['moves', `${amount(plan.users, 'user')}, ${amount(plan.buckets, 'bucket')}; ${volume} in all`],
    ...sessionsFact(plan),
    [
      'time',
      estimate === undefined
        ? 'not estimated'
        : `about ${roughDuration(estimate.seconds)} (${estimate.basis})`,
    ],
  ] as const;
  return facts.map(([name, words]) => wrapped(words, `  ${name.padEnd(7)}`)).join('\n');
}

/** The most sessions of a step; the same numbers that the plan has found room for. */
function sessionsFact({ jobs, source, target }: Plan): readonly (readonly [string, string])[] {
  if (jobs === undefined) return [];
  const rows = `up to ${amount(jobs, 'session')} of a step for rows`;
  const most = `at most ${amount(sessionsToRead(jobs), 'session')} in all at the source (connection ${source.connection}), ${count(sessionsToWrite(jobs))} at the target's server (connection ${target.connection})`;
  return [['uses', `${rows}; ${most}`]];
}

function targetWords({ targetBefore, replace }: Plan): string {
  const words: Readonly<Record<TargetState['kind'], string>> = {
    absent: 'which does not exist yet and would be created',
    empty: 'which exists without the schemas auth and storage',
    filled: 'which has the schemas auth and storage',
  };
  if (targetBefore.kind !== 'filled') return words[targetBefore.kind];
  const end = replace && targetBefore.rows > 0 ? ', which would be saved and replaced' : '';
  return `${words.filled} with ${amount(targetBefore.rows, 'row')} in them${end}`;
}

/** What would happen, in the order in which it would, and how it is undone. */
function stepsText(plan: Plan): string {
  const { project, target, targetBefore, format } = plan;
  const totals = totalsOf(plan);
  const rows = totals === undefined ? 'The rows' : `The ${amount(totals.rows, 'row')}`;
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
function totalsOf({
  tables,
}: Pick<Plan, 'tables'>): { readonly rows: number; readonly bytes: number } | undefined {
  if (tables.every(({ rows }) => rows === undefined)) return undefined;
  return {
    rows: tables.reduce((sum, table) => sum + (table.rows ?? 0), 0),
    bytes: tables.reduce((sum, table) => sum + (table.bytes ?? 0), 0),
  };
}

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
function tablesText({ tables }: Pick<Plan, 'tables'>): string {
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
            `  ${amount(empty.length, 'table')} without a row of the project: `,
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

/** What a group of warnings is about, by code. */
const TITLES: Readonly<Record<string, string>> = {
  'left-out': 'Stays behind in the source',
  'null-tokens': 'Users that stock Auth could not read',
  'key-ids': 'Values that Auth encrypted',
  vault: 'Secrets in the vault',
  triggers: 'Triggers on inserted rows',
  'event-triggers': 'Event triggers of the target',
  'left-to-superuser': 'Left to a superuser, after the migration',
  'disk-full': 'Disk space',
  'deleted-users': 'Soft-deleted users',
  'refs-unknown': 'Buckets of other projects',
  pooler: 'Pooler',
  'collision-untried': 'Unique indexes that could not be tried',
};

/** Every problem with what settles it, numbered; nothing where there is none. */
export function problemsList(problems: readonly Problem[]): string {
  if (problems.length === 0) return '';
  return [
    `${problems.length === 1 ? 'The problem' : `The ${String(problems.length)} problems`} to fix first:`,
    ...problems.map(({ code, message }, i) =>
      wrapped(`${code}: ${message}`, `  ${String(i + 1)}. `),
    ),
  ].join('\n');
}

/** Warnings grouped by what they are about; nothing where there is none. */
function warningsText(warnings: readonly Problem[]): string {
  if (warnings.length === 0) return '';
  const codes = [...new Set(warnings.map(({ code }) => code))];
  const groups = codes.flatMap((code) => [
    `  ${TITLES[code] ?? code} (${code})`,
    ...warnings.filter((w) => w.code === code).map(({ message }) => wrapped(message, '    - ')),
  ]);
  return ['Worth knowing:', ...groups].join('\n');
}

/** Rows that no project claims and that so move with none; nothing where they were not looked for. */
function unclaimedText(unclaimed: Plan['unclaimed']): string {
  const found = (unclaimed ?? []).filter(({ rows }) => rows > 0);
  if (found.length === 0) return '';
  const tables = found.map(({ table, rows }) => `${table} ${count(rows)}`).join(', ');
  return [
    'Rows of the source that no project claims (they are not migrated):',
    wrapped(tables, '  '),
    wrapped(
      '(users and buckets without a project, rows of users that are gone, expired sign-ins)',
      '  ',
    ),
  ].join('\n');
}
