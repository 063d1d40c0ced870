import { momentWords, originWords } from '../../workflows/domain/origin';
import type { Overwritten, RestorePlan } from '../../workflows/domain/restore-plan';
import { amount } from '../progress/words';
import { problemsList, restoredFirst } from './plan';
import { wrapped } from '../progress/page';

const GO_ON = 'To restore, give the same command without --dry-run.';

/** The plan of a restore for people: what would go where, and what would be overwritten there. */
export function restorePlanText(plan: RestorePlan): string {
  const { backupId, problems, pending, target, backup } = plan;
  const planned =
    problems.length === 0 ? 'ready to restore' : 'a restore would be refused, see below';
  const verdict = pending === undefined ? planned : restoredFirst(problems);
  const facts = [
    [
      'backup',
      `${amount(backup.rows, 'row')} in ${amount(backup.tables, 'table')}: ${originWords(backup)}`,
    ],
    ['to', `database ${target.database} (connection ${target.connection})`],
    ['there', thereWords(plan)],
  ] as const;
  const parts = [
    wrapped(
      `Plan to restore ${backupId} into ${target.database}: ${verdict}. This is only a plan; nothing was touched.`,
      '',
    ),
    facts.map(([name, words]) => wrapped(words, `  ${name.padEnd(8)}`)).join('\n'),
    problemsList(problems),
    problems.length === 0 ? wrapped(GO_ON, '') : '',
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function thereWords({ targetBefore, overwrites }: RestorePlan): string {
  if (overwrites !== undefined) return overwrittenWords(overwrites);
  if (targetBefore.kind === 'absent') return 'no such database yet; it would be created';
  return 'nothing in auth and storage; the rest of the database stays as it is';
}

/** What goes, and what only a person can judge: how old the backup is beside it. */
function overwrittenWords({ rows, holds }: Overwritten): string {
  const whose =
    holds === undefined
      ? ' that no marker explains'
      : ` of project ${holds.projectRef}, completed at ${momentWords(holds.completedAt)} from ${originWords(holds)}`;
  return `${amount(rows, 'row')}${whose}: they, and all that was written there since, would be OVERWRITTEN; they are backed up first`;
}
