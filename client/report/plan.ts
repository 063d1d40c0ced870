import type { Plan, TargetState } from '../../workflows/domain/plan';
import { counted, roughDuration, size } from '../progress/words';
import { totalsOf, stepsText } from './plan-steps';
import { nextStepsText } from './next-steps';
import { problemsList, unclaimedText, warningsText } from './plan-remarks';
import { tablesText } from './plan-tables';
import { wrapped } from '../progress/page';

const GO_ON =
  'To do it, give the same command without --dry-run (moveout: migrate instead of plan).';

/**
 * A plan for people who have never seen one: whether it could be done, what would move from where to
 * where, how long it would take, what is wrong and what settles it. No line is wider than the
 * page unless one word or a statement is.
 */
export function planText(plan: Plan): string {
  const parts = [
    verdictText(plan),
    factsText(plan),
    problemsList(plan.problems),
    stepsText(plan),
    tablesText(plan),
    unclaimedText(plan.unclaimed),
    warningsText(plan.warnings),
    nextStepsText(plan.nextSteps),
    plan.problems.length === 0 ? wrapped(GO_ON, '') : '',
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function verdictText({ project, problems }: Plan): string {
  const what = `Plan for ${project.projectRef} → ${project.databaseName}`;
  const verdict =
    problems.length === 0
      ? 'ready to migrate'
      : `it would be refused for ${problems.length === 1 ? 'one problem' : `${String(problems.length)} problems`}`;
  return wrapped(`${what}: ${verdict}. This only looked; nothing was touched.`, '');
}

function factsText(plan: Plan): string {
  const { source, target, estimate } = plan;
  const totals = totalsOf(plan);
  const volume =
    totals === undefined
      ? 'rows not counted'
      : `${counted(totals.rows, 'row')}, about ${size(totals.bytes)}`;
  const facts = [
    ['from', `database ${source.database} (connection ${source.connection})`],
    ['to', `database ${target.database} (connection ${target.connection}), ${targetWords(plan)}`],
    [
      'moves',
      `${counted(plan.users, 'user')}, ${counted(plan.buckets, 'bucket')}; ${volume} in all`,
    ],
    [
      'time',
      estimate === undefined
        ? 'not estimated'
        : `about ${roughDuration(estimate.seconds)} (${estimate.basis})`,
    ],
  ] as const;
  return facts.map(([name, words]) => wrapped(words, `  ${name.padEnd(7)}`)).join('\n');
}

function targetWords({ targetBefore, replace }: Plan): string {
  const words: Readonly<Record<TargetState['kind'], string>> = {
    absent: 'which does not exist yet and would be created',
    empty: 'which exists without the schemas auth and storage',
    filled: 'which has the schemas auth and storage',
  };
  if (targetBefore.kind !== 'filled') return words[targetBefore.kind];
  const end = replace && targetBefore.rows > 0 ? ', which would be saved and replaced' : '';
  return `${words.filled} with ${counted(targetBefore.rows, 'row')} in them${end}`;
}
