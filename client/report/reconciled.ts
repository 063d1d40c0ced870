import { fitting } from '../progress/page';
import type { Reconciled, ReconcileReport } from '../../workflows/domain/interrupted';

/** What became of runs that were ended from outside, for people: one line a run. */
export function reconciledText({ reconciled, findings }: ReconcileReport): string {
  const runs = reconciled.map(lineOf);
  const left =
    findings.length === 0
      ? []
      : ['', 'Left alone:', ...findings.map((line) => `  Interrupted: ${line}`)];
  const head = runs.length === 0 ? ['No run that was ended from outside has left anything.'] : runs;
  return fitting(`${[...head, ...left].join('\n')}\n`);
}

/** A run whose target is not restored yet begins with a code of the table of failures. */
function lineOf({ workflowId, databaseName, how, outcome, message }: Reconciled): string {
  const isDone = outcome === 'restored' || outcome === 'running';
  const code = isDone ? '' : 'Interrupted: ';
  const words = message === '' ? '' : `. ${message}`;
  return `${code}${workflowId} (${how}) → ${databaseName}: ${outcome}${words}`;
}
