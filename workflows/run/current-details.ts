import { wordsOfStep, type NextStep } from '../domain/next-steps';
import { awaitedIn, type Notice, type Progress, type StepProgress } from '../domain/progress';
import { counted } from '../domain/counted';
import type { StepResult } from '../domain/job';
import type { Plan } from '../domain/plan';
import type { Evidence } from '../domain/report';

const SIGN = { waiting: '·', running: '▶', done: '✔', failed: '✘' } as const;

/** The largest tables that the details show of one step; the query has them all. */
const SHOWN = 12;

/** The Web UI puts no room between the columns of a table. */
const GAP = '\u00a0\u00a0\u00a0';

/** What the Web UI shows of a run: a table of its steps, and of what the last one moved. */
export function detailsOf(progress: Progress): string {
  const moved = [...progress.steps].reverse().find((step) => step.tables.length > 0);
  return [
    headOf(progress),
    ...(progress.notice === undefined ? [] : parked(progress.notice)),
    ...(progress.awaited === undefined ? [] : ['', `**${awaitedIn(progress.awaited)}**`, '']),
    ...(progress.backupId === undefined ? [] : [`Backup: \`${progress.backupId}\``]),
    '',
    row(['', 'step', 'seconds', 'what']),
    '|---|---|---|---|',
    ...progress.steps.map((step) =>
      row([SIGN[step.state], step.step, seconds(step), step.note ?? noteOf(step)]),
    ),
    ...(moved === undefined ? [] : tableRows(moved)),
    ...leftToDo(progress.nextSteps ?? []),
  ].join('\n');
}

/** A database that the request leaves to the configuration is not known before the plan. */
function headOf({ projectRef, databaseName, outcome }: Progress): string {
  const target = databaseName === undefined ? '' : ` → database \`${databaseName}\``;
  return `**${projectRef}**${target} · **${outcome}**`;
}

/** The Web UI changes quotes and dashes in running text, and cuts blocks off: a command is code, alone in its paragraph. */
function parked({ why, restore, abandon }: Notice): readonly string[] {
  const block = (command: string): readonly string[] => ['', `\`${command}\``, ''];
  return [
    '',
    `**Parked:** ${why}`,
    '',
    'When that is fixed:',
    ...block(restore),
    'To accept the target as it stands:',
    ...block(abandon),
    '',
  ];
}

function tableRows(step: StepProgress): readonly string[] {
  const largest = [...step.tables].sort((a, b) => b.rows - a.rows).slice(0, SHOWN);
  return [
    '',
    row([`tables of ${step.step}`, 'rows', 'bytes']),
    '|---|---|---|',
    ...largest.map((table) => row([table.table, grouped(table.rows), grouped(table.bytes)])),
  ];
}

/** The details have room for this many; the report has them all. */
const STEPS_SHOWN = 20;

function leftToDo(steps: readonly NextStep[]): readonly string[] {
  if (steps.length === 0) return [];
  const more = steps.length - STEPS_SHOWN;
  return [
    '',
    '**Left to do by hand:**',
    '',
    ...steps.slice(0, STEPS_SHOWN).map((step) => {
      const words = wordsOfStep(step);
      return `- ${'statement' in step ? `\`${words.replace(/`/g, "'")}\`` : words} ${step.reason}`;
    }),
    ...(more > 0 ? [`- and ${String(more)} more: see the result of the run`] : []),
  ];
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => `${cell.replace(/[|\p{Cc}]/gu, '/')}${GAP}`).join(' | ')} |`;
}

function noteOf(step: StepProgress): string {
  return step.step === 'restoreProject' && step.state === 'waiting' ? 'only after a failure' : '';
}

function seconds({ startedAt, finishedAt }: StepProgress): string {
  if (startedAt === undefined || finishedAt === undefined) return '';
  return ((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000).toFixed(1);
}

/** 1234567 as 1 234 567. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, '\u00a0');
}

/** At most this many stand in one line. */
const FEW = 5;

/** A verification in counts and one line. */
export function describeEvidence(evidence: Evidence): StepResult {
  const equal = evidence.tables.filter((table) => table.equal).length;
  const drift =
    evidence.drift.length === 0 ? '' : `, ${String(evidence.drift.length)} drifted in the source`;
  return {
    tables: [],
    note: `${String(equal)} of ${counted(evidence.tables.length, 'table')} equal${drift}`,
  };
}

/** The first few of many, for one line. */
export function truncate(words: readonly string[]): string {
  const more = words.length > FEW ? ` and ${words.length - FEW} more` : '';
  return `${words.slice(0, FEW).join('; ')}${more}`;
}

/** A plan in counts and one line. */
export function describePlan(plan: Plan): StepResult {
  const problems =
    plan.problems.length === 0 ? '' : `, ${counted(plan.problems.length, 'problem')}`;
  return {
    tables: [],
    note: `${counted(plan.users, 'user')}, ${counted(plan.buckets, 'bucket')}, target ${plan.targetBefore.kind}${problems}`,
  };
}
