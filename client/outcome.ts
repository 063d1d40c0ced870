import { LOG_LEVEL, logLevelOf } from '../workflows/domain/log-level';
import { faultOf, isDebugging, stackOf } from './fault';
import type { Outcome } from '../workflows/domain/report';
import { fleetText } from './report/fleet';
import { planText } from './report/plan';
import { ANSWER_LOST, printAnswer } from './print';
import {
  isSettled,
  problemsText,
  reconciledText,
  refusalLine,
  refusalText,
  reportText,
} from './report/text';
import { restorePlanText } from './report/restore-plan';
import { useEnvFile } from '../worker/environment';
import { misspeltVariables } from '../worker/misspelt-variables';
import type { Plan, Problem } from '../workflows/domain/plan';
import type { RestorePlan } from '../workflows/domain/restore-plan';
import type { Ending } from './ending-kinds';
import type { Asked } from './ending';
import type { FleetReport } from '../workflows/domain/fleet';
import type { ReconcileReport } from '../workflows/domain/interrupted';

/** How to answer; every command takes these. */
export interface AnswerOptions {
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** Who was asked about, and where variables may stand. */
export interface AskOptions extends AnswerOptions {
  readonly projectRef?: string;
  readonly database?: string;
  readonly config?: string;
}

/** How a request ended, and whether a person interrupted it. */
export interface Ran {
  readonly ending: Ending;
  readonly isInterrupted: boolean;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * Runs `work` and answers on stdout: a report for people, or with `--json` exactly one JSON document;
 * why a request was refused is one message on stderr, with `--json` as well. Sets the exit status.
 */
export async function answer(flags: AskOptions, work: () => Promise<Ran>): Promise<void> {
  const startedAt = new Date().toISOString();
  const asked = { projectRef: flags.projectRef, databaseName: flags.database, startedAt };
  const { ending, isInterrupted } = await working(flags, work).catch((error: unknown) => {
    return { ending: thrown(error), isInterrupted: false };
  });
  const isWhole = await print(ending, asked, flags.json === true);
  const status = exitStatusOf(ending, isInterrupted);
  process.exitCode = isWhole ? status : statusWithoutAnswer(ending, status);
}

/** Answers what is done at once, so that nobody interrupts it. */
export async function answerDone(
  options: AnswerOptions,
  act: () => Promise<Ending>,
): Promise<void> {
  await answer(options, async () => ({ ending: await act(), isInterrupted: false }));
}

/** Whoever asks for `--debug` wants to see all that is logged; a level that is misspelt is refused. */
async function working(flags: AskOptions, work: () => Promise<Ran>): Promise<Ran> {
  if (flags.debug === true) process.env[LOG_LEVEL] = 'debug';
  useEnvFile(flags.config);
  for (const warning of misspeltVariables(process.env, flags.config)) say(warning);
  logLevelOf(process.env[LOG_LEVEL]);
  return work();
}

/** Resolves with whether stdout has the whole answer. */
async function print(ending: Ending, asked: Asked, isJson: boolean): Promise<boolean> {
  if (ending.kind === 'refused') process.stderr.write(refusalLine(ending, asked));
  if (isJson) return printAnswer(`${JSON.stringify(documentOf(ending, asked), null, 2)}\n`);
  if (ending.kind === 'unknown') say(problemsText('Unknown ending', [ending.problem]));
  if (ending.kind === 'bug') say(`${ending.problem.code}: ${ending.problem.message}`);
  // A refusal is a message like any other about what was asked; all else is the answer itself.
  if (ending.kind === 'report' && ending.report.outcome === 'refused') {
    process.stderr.write(refusalText(ending.report, asked));
    return true;
  }
  const text = textOf(ending);
  return text === undefined || printAnswer(text);
}

/** The answer for people; `undefined` if stderr has said all there is. */
function textOf(ending: Ending): string | undefined {
  switch (ending.kind) {
    case 'report':
      return reportText(ending.report);
    case 'fleet':
      return fleetText(ending.fleet);
    case 'told':
      return ending.text;
    case 'reconciled':
      return reconciledText(ending.reconciled);
    case 'plan':
      return planText(ending.plan);
    case 'restorePlan':
      return restorePlanText(ending.restorePlan);
    case 'refused':
    case 'unknown':
    case 'bug':
    case 'detached':
      return undefined;
  }
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

/** What `--json` prints where no workflow made a report. */
export interface ShortDocument extends Asked {
  readonly outcome: 'refused' | 'unknown' | 'interrupted';
  readonly tables: readonly [];
  readonly drift: readonly [];
  readonly problems: readonly Problem[];
  readonly warnings: readonly [];
  readonly steps: readonly [];
  readonly finishedAt: string;
}

/** The one document that says how a request ended. */
export function documentOf(ending: Ending, asked: Asked): object {
  switch (ending.kind) {
    case 'report':
      return ending.report;
    case 'fleet':
      return ending.fleet;
    case 'told':
      return ending.document;
    case 'reconciled':
      return ending.reconciled;
    case 'plan':
      return planned(ending.plan);
    case 'restorePlan':
      return planned(ending.restorePlan);
    case 'refused':
      return short(asked, 'refused', [ending.problem]);
    case 'unknown':
    case 'bug':
      return short(asked, 'unknown', [ending.problem]);
    case 'detached':
      return short(asked, 'interrupted', []);
  }
}

function planned(plan: Plan | RestorePlan): object {
  const { projectRef, databaseName } = plan.project;
  const outcome = plan.problems.length === 0 ? 'planned' : 'refused';
  return { projectRef, databaseName, outcome, ...plan };
}

function short(
  asked: Asked,
  outcome: ShortDocument['outcome'],
  problems: readonly Problem[],
): ShortDocument {
  const finishedAt = new Date().toISOString();
  const empty = { tables: [], drift: [], warnings: [], steps: [] } as const;
  return { ...asked, ...empty, outcome, problems, finishedAt };
}

const OF_OUTCOME: Readonly<Record<Outcome, number>> = {
  migrated: 0,
  verified: 0,
  'backed-up': 0,
  restored: 1,
  different: 1,
  abandoned: 1,
  refused: 2,
  parked: 3,
};

/** The exit status of a failure of moveout itself (EX_SOFTWARE of BSD's sysexits). */
const OWN_FAILURE = 70;

/** The exit status of a person's interruption. */
const INTERRUPTED = 130;

/**
 * The script's exit status: 0 done and verified · 1 restored or different, or not all of a fleet
 * migrated · 2 refused, nothing touched · 3 an operator is needed: also for one project of a fleet, and
 * for a run whose end was not seen · 70 a bug of moveout · 130 interrupted.
 */
export function exitStatusOf(ending: Ending, isInterrupted: boolean): number {
  switch (ending.kind) {
    case 'report':
      if (isInterrupted && ending.report.outcome === 'restored') return INTERRUPTED;
      return OF_OUTCOME[ending.report.outcome];
    case 'fleet':
      return ofFleet(ending.fleet, isInterrupted);
    case 'reconciled':
      return ofReconciled(ending.reconciled);
    case 'told':
      return 0;
    case 'plan':
      return ending.plan.problems.length === 0 ? 0 : 2;
    case 'restorePlan':
      return ending.restorePlan.problems.length === 0 ? 0 : 2;
    case 'refused':
      return isInterrupted ? INTERRUPTED : 2;
    case 'unknown':
      return isInterrupted ? INTERRUPTED : 3;
    case 'bug':
      return OWN_FAILURE;
    case 'detached':
      return INTERRUPTED;
  }
}

/**
 * The exit status if the answer could not be written. A run that changes databases has the status of its end
 * all the same; whoever asked for nothing but an answer has nothing.
 */
function statusWithoutAnswer(ending: Ending, status: number): number {
  const isAll =
    ['plan', 'restorePlan', 'told'].includes(ending.kind) ||
    (ending.kind === 'report' && ending.report.outcome === 'verified');
  return status === 0 && isAll ? ANSWER_LOST : status;
}

function ofFleet({ outcome, counts }: FleetReport, isInterrupted: boolean): number {
  if (outcome === 'migrated') return 0;
  if (counts.parked > 0) return OF_OUTCOME.parked;
  return isInterrupted && outcome === 'cancelled' ? INTERRUPTED : 1;
}

/** 0 when nothing unfinished is left, 3 if a person is needed. */
function ofReconciled({ reconciled, findings }: ReconcileReport): number {
  return reconciled.every(isSettled) && findings.length === 0 ? 0 : 3;
}
