import type { ReconcileReport } from '../../workflows/domain/interrupted';

/** What became of runs that were ended from outside, for people: one line a run. */
export function reconciledText({ reconciled, remarks }: ReconcileReport): string {
  const runs = reconciled.map(
    ({ workflowId, databaseName, how, outcome, message }) =>
      `${workflowId} (${how}) → ${databaseName}: ${outcome}${message === '' ? '' : `. ${message}`}`,
  );
  const left =
    remarks.length === 0 ? [] : ['', 'Left alone:', ...remarks.map((line) => `  ${line}`)];
  const head = runs.length === 0 ? ['No run that was ended from outside has left anything.'] : runs;
  return `${[...head, ...left].join('\n')}\n`;
}
