import { exitStatusOf } from './exit-status';
import type { Ending } from './ending';
import type { Flags } from './flags';
import type { Report } from '../workflows/domain/report';
import { documentOf, type Asked } from './report/documents';
import { fleetText } from './report/fleet';
import { planText } from './report/plan';
import { reconciledText } from './report/reconciled';
import { problemsText, refusalText, reportText } from './report/text';
import type { Ran } from './run';
import { UsageError } from './usage-error';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * Runs `work` and answers on stdout: a report for people, or with `--json` exactly one JSON document;
 * what could not be taken up is one message on stderr. Sets the exit status.
 */
export async function answer(flags: Flags, work: () => Promise<Ran>): Promise<void> {
  const startedAt = new Date().toISOString();
  const asked = { projectRef: flags.projectRef, databaseName: flags.database, startedAt };
  const { ending, isInterrupted } = await work().catch((error: unknown) => {
    say(wordsOf(error));
    return { ending: refusal(error), isInterrupted: false };
  });
  print(ending, asked, flags.json === true);
  process.exitCode = exitStatusOf(ending, isInterrupted);
}

function print(ending: Ending, asked: Asked, isJson: boolean): void {
  if (isJson) process.stdout.write(`${JSON.stringify(documentOf(ending, asked), null, 2)}\n`);
  else if (ending.kind === 'report') printReport(ending.report);
  else if (ending.kind === 'fleet') process.stdout.write(fleetText(ending.fleet));
  else if (ending.kind === 'told') process.stdout.write(ending.text);
  else if (ending.kind === 'reconciled') process.stdout.write(reconciledText(ending.reconciled));
  else if (ending.kind === 'plan') process.stdout.write(planText(ending.plan));
  else if (ending.kind === 'unknown') say(problemsText('Unknown ending', [ending.problem]));
}

/** A refusal is a message like any other about what was asked; all else is the answer itself. */
function printReport(report: Report): void {
  const out = report.outcome === 'refused' ? process.stderr : process.stdout;
  out.write(report.outcome === 'refused' ? refusalText(report) : reportText(report));
}

/** Whatever is thrown was thrown before a workflow ended: by then at most a run was started. */
function refusal(error: unknown): Ending {
  return { kind: 'refused', problem: { code: codeOf(error), message: wordsOf(error) } };
}

function codeOf(error: unknown): string {
  if (error instanceof UsageError) return 'InvalidInput';
  if (error instanceof Error && error.name === 'ConfigError') return 'ConfigInvalid';
  return 'ServerUnavailable';
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
