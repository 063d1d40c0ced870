import type { Report, TableDrift, TableEvidence } from '../../workflows/domain/report';
import { count } from '../progress/words';
import { grid } from './grid';

/** Digests are decimal numbers of up to some forty digits; this many tell two apart to the eye. */
const SHOWN_DIGITS = 8;

/** The evidence: the fingerprints of each table side by side. Empty tables that are equal are only counted. */
export function evidenceText({ tables, outcome }: Pick<Report, 'tables' | 'outcome'>): string {
  if (tables.length === 0) return '';
  const isEmpty = (table: TableEvidence): boolean => table.equal && table.rows === 0;
  const shown = tables.filter((table) => !isEmpty(table));
  const isBackup = outcome === 'backed-up';
  const columns = isBackup
    ? [{ head: 'table' }, { head: 'rows', isFigure: true }, { head: 'digest' }]
    : [
        { head: 'table' },
        { head: 'rows', isFigure: true },
        ...['backup', 'target', 'source', 'equal'].map((head) => ({ head })),
      ];
  const rows = shown.map((table) => (isBackup ? backupRow(table) : evidenceRow(table)));
  return [grid(columns, rows), summaryOf(tables, isBackup)].join('\n');
}

/** What moved on in the source after the backup, by table. */
export function driftText(drift: readonly TableDrift[]): string {
  if (drift.length === 0) return '';
  const lines = drift.map(
    ({ table, manifest, source }) =>
      `  ${table}: ${count(manifest.rows)} rows in the backup, ${count(source.rows)} now${manifest.rows === source.rows ? ', other content' : ''}`,
  );
  return ['The source changed after the backup (reported, not wrong):', ...lines].join('\n');
}

function backupRow({ table, rows, digests }: TableEvidence): readonly string[] {
  return [table, count(rows), short(digests.manifest)];
}

function evidenceRow({
  table,
  rows,
  targetRows,
  digests,
  equal,
}: TableEvidence): readonly string[] {
  const { manifest, target, source } = digests;
  const found =
    targetRows === undefined || targetRows === rows ? '' : ` (target: ${count(targetRows)})`;
  return [
    table,
    `${count(rows)}${found}`,
    short(manifest),
    short(target),
    short(source),
    equal ? 'yes' : 'NO',
  ];
}

function short(digest: string | undefined): string {
  if (digest === undefined) return '';
  return digest.length > SHOWN_DIGITS ? `…${digest.slice(-SHOWN_DIGITS)}` : digest;
}

function summaryOf(tables: readonly TableEvidence[], isBackup: boolean): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const empty = tables.filter((table) => table.equal && table.rows === 0).length;
  const different = tables.filter(({ equal }) => !equal).length;
  const verdict = different === 0 ? 'all equal' : `${different} DIFFERENT`;
  const words = isBackup ? '' : `, ${verdict}`;
  return `  ${tables.length} tables, ${count(rows)} rows${words}${empty === 0 ? '' : `; ${empty} of them empty`}`;
}
