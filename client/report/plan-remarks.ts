import type { Plan, Problem } from '../../workflows/domain/plan';
import { count } from '../progress/words';
import { wrapped } from '../progress/page';

/** What a group of warnings is about, by code. */
const TITLES: Readonly<Record<string, string>> = {
  'left-out': 'Stays behind in the source',
  'null-tokens': 'Users that stock Auth could not read',
  'key-ids': 'Values that Auth encrypted',
  vault: 'Secrets in the vault',
  triggers: 'Triggers on inserted rows',
  'event-triggers': 'Event triggers of the target',
  'left-to-superuser': 'Left to a superuser, after the migration',
  'disk-full': 'Disk space',
  'deleted-users': 'Soft-deleted users',
  'refs-unknown': 'Buckets of other projects',
  pooler: 'Pooler',
  'collision-untried': 'Unique indexes that could not be tried',
};

/** Every problem with what settles it, numbered; nothing where there is none. */
export function problemsList(problems: readonly Problem[]): string {
  if (problems.length === 0) return '';
  return [
    `${problems.length === 1 ? 'The problem' : `The ${String(problems.length)} problems`} to settle first:`,
    ...problems.map(({ code, message }, i) =>
      wrapped(`${code}: ${message}`, `  ${String(i + 1)}. `),
    ),
  ].join('\n');
}

/** Warnings grouped by what they are about; nothing where there is none. */
export function warningsText(warnings: readonly Problem[]): string {
  if (warnings.length === 0) return '';
  const codes = [...new Set(warnings.map(({ code }) => code))];
  const groups = codes.flatMap((code) => [
    `  ${TITLES[code] ?? code} (${code})`,
    ...warnings.filter((w) => w.code === code).map(({ message }) => wrapped(message, '    - ')),
  ]);
  return ['Worth knowing:', ...groups].join('\n');
}

/** Rows that no project claims and that so move with none; nothing where they were not looked for. */
export function unclaimedText(unclaimed: Plan['unclaimed']): string {
  const found = (unclaimed ?? []).filter(({ rows }) => rows > 0);
  if (found.length === 0) return '';
  const tables = found.map(({ table, rows }) => `${table} ${count(rows)}`).join(', ');
  return [
    'Rows of the source that no project claims, so that they move with none:',
    wrapped(tables, '  '),
    wrapped(
      '(users and buckets without a project, rows of users that are gone, expired sign-ins)',
      '  ',
    ),
  ].join('\n');
}
