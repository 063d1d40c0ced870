import { FAILURES, isFailureCode } from '../../workflows/domain/failure';
import type { FleetReport } from '../../workflows/domain/fleet';
import type { Problem } from '../../workflows/domain/plan';
import type { Outcome, Report } from '../../workflows/domain/report';
import { count, duration } from '../progress/words';
import { driftText, evidenceText } from './evidence';
import { grid } from './grid';

const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  migrated: 'migrated and verified',
  restored: 'FAILED, everything was put back and proved',
  refused: 'refused, nothing was touched',
  parked: 'PARKED: the restore could not finish, an operator is needed',
  verified: 'verified: equal',
  different: 'DIFFERENT',
  'backed-up': 'backed up',
};

const PARKED_ADVICE =
  'Mend what is named above, then start the same command again: it tries the restore once more. ' +
  'docs/operations.md says how to give it up instead.';

/** A run's report for people. */
export function reportText(report: Report): string {
  const { projectRef, databaseName, outcome, backupId, backupPath, targetBackupId } = report;
  const { restore } = report;
  const whole = projectRef === '?' ? 'The request' : projectRef;
  const target = databaseName === undefined || outcome === 'backed-up' ? '' : ` → ${databaseName}`;
  const seconds = (Date.parse(report.finishedAt) - Date.parse(report.startedAt)) / 1000;
  const parts = [
    `${whole}${target}: ${OUTCOME_WORDS[outcome]} (${duration(seconds)})`,
    problemsText('Problems', report.problems),
    actionsText(report.problems),
    evidenceText(report),
    driftText(report.drift),
    restore === undefined
      ? ''
      : ['Restored and proved:', ...restore.facts.map((fact) => `  ${fact}`)].join('\n'),
    problemsText('Worth knowing', report.warnings),
    backupId === undefined ? '' : `Backup: ${backupPath ?? backupId}`,
    targetBackupId === undefined ? '' : `What the target held before: ${targetBackupId}`,
    outcome === 'parked' ? PARKED_ADVICE : '',
    stepsText(report),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** What speaks against a request, for people. */
export function refusalText({ projectRef, databaseName, problems }: Report): string {
  const whole = projectRef === '?' ? 'The request' : `${projectRef} → ${databaseName ?? '?'}`;
  return `${problemsText(`${whole} is refused, nothing was touched`, problems)}\n`;
}

/** How a fleet ended, for people: one line a project. */
export function fleetText(fleet: FleetReport): string {
  const columns = [
    { head: 'project' },
    { head: 'database' },
    { head: 'outcome' },
    { head: 'rows', isFigure: true },
    { head: 'problems' },
  ];
  const rows = fleet.projects.map((entry) => [
    entry.projectRef,
    entry.databaseName,
    entry.outcome,
    entry.rows === undefined || entry.outcome === 'already-migrated' ? '' : count(entry.rows),
    entry.problems.map(({ message }) => message).join('; '),
  ]);
  const good = fleet.projects.filter(
    ({ outcome }) => outcome === 'migrated' || outcome === 'already-migrated',
  );
  const seconds = (Date.parse(fleet.finishedAt) - Date.parse(fleet.startedAt)) / 1000;
  const head = `${good.length} of ${fleet.projects.length} projects are in databases of their own (${duration(seconds)})`;
  return `${head}\n\n${grid(columns, rows)}\n`;
}

/** Problems or warnings, one a line; nothing where there are none. */
export function problemsText(title: string, problems: readonly Problem[]): string {
  if (problems.length === 0) return '';
  return [`${title}:`, ...problems.map(({ code, message }) => `  ${code}: ${message}`)].join('\n');
}

/** What a person can do about problems of the closed table, each said once. */
function actionsText(problems: readonly Problem[]): string {
  const actions = problems.flatMap(({ code }) =>
    isFailureCode(code) ? [FAILURES[code].action] : [],
  );
  if (actions.length === 0) return '';
  return ['What helps:', ...[...new Set(actions)].map((action) => `  ${action}`)].join('\n');
}

function stepsText({ steps }: Report): string {
  if (steps.length === 0) return '';
  const words = steps.map(
    ({ step, seconds, outcome }) =>
      `${step} ${duration(seconds)}${outcome === 'failed' ? ' FAILED' : ''}`,
  );
  return `Steps: ${words.join(' · ')}`;
}
