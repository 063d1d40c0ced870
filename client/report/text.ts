import { isFailureCode } from '../../workflows/domain/failure';
import type { Problem } from '../../workflows/domain/plan';
import type { Outcome, Report } from '../../workflows/domain/report';
import { fitting } from '../progress/page';
import { duration } from '../progress/words';
import type { Asked } from '../ending';
import { driftText, evidenceText } from './evidence';
import { nextStepsText } from './next-steps';
import { remedyOf } from './refusal';

const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  migrated: 'migrated and verified',
  restored: 'FAILED and restored: everything is as it was before (verified)',
  refused: 'refused, nothing was touched',
  parked: 'PARKED: the restore could not finish, an operator is needed',
  verified: 'verified: equal',
  different: 'DIFFERENT',
  'backed-up': 'backed up',
};

const PARKED_ADVICE =
  'Fix what is named above, then start the same command again: it tries the restore once more. ' +
  'docs/runbook.md says how to give it up instead.';

/** A run's report for people. */
export function reportText(report: Report): string {
  const { projectRef, databaseName, outcome, backupId, backupPath, targetBackupId } = report;
  const { restore } = report;
  const whole = projectRef === '?' ? 'The request' : projectRef;
  const target = databaseName === undefined || outcome === 'backed-up' ? '' : ` → ${databaseName}`;
  const seconds = (Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1000;
  const parts = [
    fitting(`${whole}${target}: ${OUTCOME_WORDS[outcome]} (${duration(seconds)})`),
    problemsText('Problems', report.problems),
    actionsText(report.problems),
    evidenceText(report),
    driftText(report.drift),
    restore === undefined
      ? ''
      : fitting(['Restored and verified:', ...restore.facts.map((fact) => `  ${fact}`)].join('\n')),
    problemsText('Worth knowing', report.warnings),
    nextStepsText(report.nextSteps),
    backupId === undefined ? '' : `Backup: ${backupPath ?? backupId}`,
    targetBackupId === undefined ? '' : `What the target held before: ${targetBackupId}`,
    outcome === 'parked' ? fitting(PARKED_ADVICE) : '',
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
  return fitting([`${title}:`, ...lines].join('\n'));
}

/** What a person can do about problems of the closed table, each said once. */
function actionsText(problems: readonly Problem[]): string {
  const actions = problems.flatMap(({ code }) => (isFailureCode(code) ? [remedyOf(code)] : []));
  if (actions.length === 0) return '';
  const lines = [...new Set(actions)].map((action) => `  ${action}`);
  return fitting(['What helps:', ...lines].join('\n'));
}

function stepsText({ steps }: Report): string {
  if (steps.length === 0) return '';
  const words = steps.map(
    ({ step, seconds, outcome }) =>
      `${step} ${duration(seconds)}${outcome === 'failed' ? ' FAILED' : ''}`,
  );
  return fitting(`Steps: ${words.join(' · ')}`);
}
