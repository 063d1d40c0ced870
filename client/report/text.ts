import { isFailureCode, FAILURES, type FailureCode } from '../../workflows/domain/failure';
import type { Problem } from '../../workflows/domain/plan';
import type { Outcome, Report } from '../../workflows/domain/report';
import { fitToTerminal, wrapped } from '../progress/page';
import { duration } from '../progress/words';
import type { Asked } from '../ending';
import type { Ending } from '../ending-kinds';
import { driftText, evidenceText } from './evidence';
import { wordsOfStep, type NextStep } from '../../workflows/domain/next-steps';
import type { Reconciled, ReconcileReport } from '../../workflows/domain/interrupted';

const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  migrated: 'migrated and verified',
  restored: 'FAILED and restored: everything is as it was before (verified)',
  refused: 'refused, nothing was touched',
  parked: 'PARKED: the restore could not finish, an operator is needed',
  abandoned: 'ABANDONED: the target stays as it is',
  verified: 'verified: equal',
  different: 'DIFFERENT',
  'backed-up': 'backed up',
};

/** A target that the run has not begun to restore holds nothing of it: then only a backup is left. */
function parkedAdvice({ projectRef, steps }: Report): string {
  const restore = `moveout restore-pending ${projectRef}`;
  if (!steps.some(({ step }) => step === 'restoreProject'))
    return `Fix the cause named above, then remove what is left of the backup: ${restore}`;
  return (
    'Fix the cause named above, then start the same command again: it restores first, then goes on. ' +
    `Or only restore: ${restore}. docs/runbook.md says how to accept the target as it is.`
  );
}

/** A run's report for people. */
export function reportText(report: Report): string {
  const { projectRef, databaseName, outcome, backupId, backupPath, targetBackupId } = report;
  const { restore } = report;
  const whole = projectRef === '?' ? 'The request' : projectRef;
  const target = databaseName === undefined || outcome === 'backed-up' ? '' : ` → ${databaseName}`;
  const seconds = (Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1000;
  const parts = [
    fitToTerminal(`${whole}${target}: ${OUTCOME_WORDS[outcome]} (${duration(seconds)})`),
    problemsText('Problems', report.problems),
    actionsText(report.problems),
    evidenceText(report),
    driftText(report.drift),
    restore === undefined
      ? ''
      : fitToTerminal(
          ['Restored and verified:', ...restore.facts.map((fact) => `  ${fact}`)].join('\n'),
        ),
    problemsText('Worth knowing', report.warnings),
    nextStepsText(report.nextSteps),
    backupId === undefined ? '' : `Backup: ${backupPath ?? backupId}`,
    targetBackupId === undefined ? '' : `What the target held before: ${targetBackupId}`,
    outcome === 'parked' ? fitToTerminal(parkedAdvice(report)) : '',
    stepsText(report),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** Why a request is refused, and what helps, for people. */
export function refusalText({ projectRef, databaseName, problems }: Report, asked: Asked): string {
  const ref = projectRef === '?' ? asked.projectRef : projectRef;
  const database = databaseName ?? asked.databaseName;
  const target = database === undefined ? '' : ` → ${database}`;
  const whole = ref === undefined ? `The request${target}` : `${ref}${target}`;
  const parts = [
    problemsText(`${whole} is refused, nothing was touched`, problems),
    actionsText(problems),
  ];
  return `${parts.filter((part) => part !== '').join('\n')}\n`;
}

/** Problems or warnings, one a line; nothing where there are none. */
export function problemsText(title: string, problems: readonly Problem[]): string {
  if (problems.length === 0) return '';
  const lines = problems.map(({ code, message }) => `  ${code}: ${message}`);
  return fitToTerminal([`${title}:`, ...lines].join('\n'));
}

/** What a person can do about problems of the closed table, each said once. */
function actionsText(problems: readonly Problem[]): string {
  const actions = problems.flatMap(({ code }) => (isFailureCode(code) ? [remedyOf(code)] : []));
  if (actions.length === 0) return '';
  const lines = [...new Set(actions)].map((action) => `  ${action}`);
  return fitToTerminal(['What helps:', ...lines].join('\n'));
}

function stepsText({ steps }: Report): string {
  if (steps.length === 0) return '';
  const words = steps.map(
    ({ step, seconds, outcome }) =>
      `${step} ${duration(seconds)}${outcome === 'failed' ? ' FAILED' : ''}`,
  );
  return fitToTerminal(`Steps: ${words.join(' · ')}`);
}

/** What is left to do by hand, each with its reason; statements stay in one line. Nothing if there is nothing. */
export function nextStepsText(steps: readonly NextStep[] = []): string {
  if (steps.length === 0) return '';
  const lines = steps.flatMap((step) => {
    const words = wordsOfStep(step);
    const first = '  [ ] ';
    return [
      'statement' in step ? `${first}${words}` : wrapped(words, first),
      wrapped(step.reason, '      '),
    ];
  });
  return [
    wrapped(
      'Left to do by hand afterwards, so that the services can start on the new database:',
      '',
    ),
    ...lines,
  ].join('\n');
}

const PENDING_ADVICE =
  'Fix the cause named above, then give the same command again. docs/runbook.md says how to accept a target as it is.';

/** What became of runs that were ended from outside, for people: one line a run. */
export function reconciledText({ reconciled, findings }: ReconcileReport): string {
  const runs = reconciled.map(reconciledLine);
  const left =
    findings.length === 0
      ? []
      : ['', 'Left alone:', ...findings.map((line) => `  Interrupted: ${line}`)];
  const head = runs.length === 0 ? ['Nothing is left to restore.'] : runs;
  const helps = reconciled.some(({ outcome }) => outcome === 'parked') ? ['', PENDING_ADVICE] : [];
  return fitToTerminal(`${[...head, ...left, ...helps].join('\n')}\n`);
}

/** Tells whether no operator is needed for what a run had left. */
export function isSettled({ outcome }: Pick<Reconciled, 'outcome'>): boolean {
  return outcome === 'restored' || outcome === 'abandoned' || outcome === 'running';
}

/** A run whose target is not restored yet begins with a code of the table of failures. */
function reconciledLine({ workflowId, databaseName, how, outcome, message }: Reconciled): string {
  const failed = outcome === 'parked' ? 'RestorePending' : 'Interrupted';
  const code = isSettled({ outcome }) ? '' : `${failed}: `;
  const words = message === '' ? '' : `. ${message}`;
  return `${code}${workflowId} (${how}) → ${databaseName}: ${outcome}${words}`;
}

/**
 * A refusal in one line: `project-a: the plan could not be made, nothing was touched: AccessDenied: …`.
 * One that was refused before anything was started says itself what would be right.
 */
export function refusalLine(
  { problem, undone }: Extract<Ending, { kind: 'refused' }>,
  { projectRef }: Asked,
): string {
  if (undone === undefined)
    return fitToTerminal(`${problem.code}: ${problem.message}\n`, process.stderr);
  const subject = projectRef === undefined ? '' : `${projectRef}: `;
  const why = `${problem.code}: ${withRemedy(problem)}`;
  return fitToTerminal(`${subject}${undone}, nothing was touched: ${why}\n`, process.stderr);
}

/** What helps after the end, if the table of failures speaks of a run that goes on by itself. */
const REMEDIES: Readonly<Partial<Record<FailureCode, string>>> = {
  ServerUnavailable:
    'Bring the server back, or correct the URL of the connection, then give the same command again.',
  BackupUnreachable:
    'Look at the disk or the network file system of the path named, then give the same command again.',
  ServerBusy: 'Free what is short, then give the same command again.',
  LockHeld: 'Wait for the other run, then give the same command again.',
};

/** What helps about a failure once the run has ended. */
function remedyOf(code: FailureCode): string {
  return REMEDIES[code] ?? FAILURES[code].action;
}

function withRemedy({ code, message }: Problem): string {
  if (!isFailureCode(code)) return message;
  const end = /[.!?]$/.test(message) ? '' : '.';
  return `${message}${end} ${remedyOf(code)}`;
}
