import type { Progress, StepProgress } from './domain/progress';

const SIGN = { waiting: '·', running: '▶', done: '✔', failed: '✘' } as const;

/** The largest tables that the details show of one step; the query has them all. */
const SHOWN = 12;

/** What the Web UI shows of a run: a table of its steps, and of what the last one moved. */
export function detailsOf(progress: Progress): string {
  const moved = [...progress.steps].reverse().find((step) => step.tables.length > 0);
  return [
    `**${progress.projectRef}** → database \`${progress.databaseName ?? '?'}\` · **${progress.outcome}**`,
    ...(progress.backupId === undefined ? [] : [`Backup: \`${progress.backupId}\``]),
    '',
    '| | step | seconds | what |',
    '|---|---|---|---|',
    ...progress.steps.map(stepLine),
    ...(moved === undefined ? [] : tableLines(moved)),
  ].join('\n');
}

function stepLine(step: StepProgress): string {
  return `| ${SIGN[step.state]} | ${step.step} | ${seconds(step)} | ${(step.note ?? '').replace(/\|/g, '/')} |`;
}

function seconds({ startedAt, finishedAt }: StepProgress): string {
  if (startedAt === undefined || finishedAt === undefined) return '';
  return ((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000).toFixed(1);
}

function tableLines(step: StepProgress): readonly string[] {
  const largest = [...step.tables].sort((a, b) => b.rows - a.rows).slice(0, SHOWN);
  return [
    '',
    `| tables of ${step.step} | rows | bytes |`,
    '|---|---|---|',
    ...largest.map(
      (table) => `| ${table.table} | ${String(table.rows)} | ${String(table.bytes)} |`,
    ),
  ];
}
