import { LOG_LEVEL, logLevelOf } from '../workflows/domain/log-level';
import { exitStatusOf } from './exit-status';
import type { Ending } from './ending';
import { faultOf, isDebugging, stackOf } from './fault';
import type { Flags } from './flags';
import type { Report } from '../workflows/domain/report';
import { documentOf, type Asked } from './report/documents';
import { fleetText } from './report/fleet';
import { planText } from './report/plan';
import { reconciledText } from './report/reconciled';
import { refusalLine } from './report/refusal';
import { restorePlanText } from './report/restore-plan';
import { problemsText, refusalText, reportText } from './report/text';
import type { Ran } from './run';
import { useEnvFile } from '../worker/environment';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * Runs `work` and answers on stdout: a report for people, or with `--json` exactly one JSON document;
 * why a request was refused is one message on stderr, with `--json` as well. Sets the exit status.
 */
export async function answer(flags: Flags, work: () => Promise<Ran>): Promise<void> {
  const startedAt = new Date().toISOString();
  const asked = { projectRef: flags.projectRef, databaseName: flags.database, startedAt };
  const { ending, isInterrupted } = await working(flags, work).catch((error: unknown) => {
    return { ending: thrown(error), isInterrupted: false };
  });
  print(ending, asked, flags.json === true);
  process.exitCode = exitStatusOf(ending, isInterrupted);
}

/** Whoever asks for `--debug` wants to see all that is logged; a level that is misspelt is refused. */
async function working(flags: Flags, work: () => Promise<Ran>): Promise<Ran> {
  if (flags.debug === true) process.env[LOG_LEVEL] = 'debug';
  useEnvFile(flags.config);
  logLevelOf(process.env[LOG_LEVEL]);
  return work();
}

function print(ending: Ending, asked: Asked, isJson: boolean): void {
  if (ending.kind === 'refused') process.stderr.write(refusalLine(ending, asked));
  if (isJson) process.stdout.write(`${JSON.stringify(documentOf(ending, asked), null, 2)}\n`);
  else if (ending.kind === 'report') printReport(ending.report, asked);
  else if (ending.kind === 'fleet') process.stdout.write(fleetText(ending.fleet));
  else if (ending.kind === 'told') process.stdout.write(ending.text);
  else if (ending.kind === 'reconciled') process.stdout.write(reconciledText(ending.reconciled));
  else if (ending.kind === 'plan') process.stdout.write(planText(ending.plan));
  else if (ending.kind === 'restorePlan') process.stdout.write(restorePlanText(ending.restorePlan));
  else if (ending.kind === 'unknown') say(problemsText('Unknown ending', [ending.problem]));
  else if (ending.kind === 'bug') say(`${ending.problem.code}: ${ending.problem.message}`);
}

/** A refusal is a message like any other about what was asked; all else is the answer itself. */
function printReport(report: Report, asked: Asked): void {
  const out = report.outcome === 'refused' ? process.stderr : process.stdout;
  out.write(report.outcome === 'refused' ? refusalText(report, asked) : reportText(report));
}

/**
 * What was thrown before a run was followed: by then at most one was started. Of a bug nobody knows what
 * it left.
 */
function thrown(error: unknown): Ending {
  const { problem, isBug } = faultOf(error);
  if (isBug && isDebugging()) say(stackOf(error));
  return { kind: isBug ? 'bug' : 'refused', problem };
}
