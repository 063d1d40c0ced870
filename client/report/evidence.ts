import type { Report, TableDrift, TableEvidence } from '../../workflows/domain/report';
import { count, amount } from '../progress/words';
import { fitToTerminal } from '../progress/page';
import { grid } from './grid';

/** Digests are decimal numbers of up to some forty digits; this many tell two apart to the eye. */
const SHOWN_DIGITS = 8;

/** What the word in the source's column says. */
const UNCHANGED =
  '  unchanged: no row of the project in this table was written in the source since the backup, and its keys are the same; so moveout did not hash it again';

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
  const apart = tables.map(apartText).filter((line) => line !== '');
  const proved = tables.some(({ sourceUnchanged }) => sourceUnchanged === true) ? [UNCHANGED] : [];
  const lines = [summaryOf(tables, isBackup), ...proved, ...apart];
  const words = fitToTerminal(lines.join('\n'));
  return `${grid(columns, rows)}\n${words}`;
}

/** How the rows of one table are apart, in one line; nothing of a table that is as it should be. */
function apartText({ table, apart, note }: TableEvidence): string {
  const counts = [
    [apart?.changed, 'changed'],
    [apart?.missing, 'missing'],
    [apart?.extra, 'extra'],
  ] as const;
  const words = [
    ...tally(counts),
    ...(apart?.keysFile === undefined ? [] : [`keys in ${apart.keysFile}`]),
    ...(note === undefined ? [] : [note]),
  ];
  return words.length === 0 ? '' : `  ${table}: ${words.join(', ')}`;
}

/** Counts that are not nought, the first with its unit: `1 row changed`, `2 missing`. */
function tally(counts: readonly (readonly [number | undefined, string])[]): readonly string[] {
  return counts
    .filter(([rows]) => rows !== undefined && rows > 0)
    .map(([rows = 0, what], i) => {
      const unit = i > 0 ? '' : rows === 1 ? ' row' : ' rows';
      return `${count(rows)}${unit} ${what}`;
    });
}

/** What moved on in the source after the backup, by table. */
export function driftText(drift: readonly TableDrift[]): string {
  if (drift.length === 0) return '';
  const title = 'The source changed after the backup (reported, not wrong):';
  return fitToTerminal([title, ...drift.map(driftLine)].join('\n'));
}

function driftLine({ table, manifest, source, moved, note }: TableDrift): string {
  const same = manifest.rows === source?.rows && moved === undefined ? ', other content' : '';
  const now = source === undefined ? '' : `, ${count(source.rows)} now${same}`;
  const counts = [
    [moved?.added, 'added'],
    [moved?.changed, 'changed'],
    [moved?.gone, 'gone'],
  ] as const;
  const words = [...tally(counts), ...(note === undefined ? [] : [note])];
  const more = words.length === 0 ? '' : `: ${words.join(', ')}`;
  return `  ${table}: ${amount(manifest.rows, 'row')} in the backup${now}${more}`;
}

function backupRow({ table, rows, digests }: TableEvidence): readonly string[] {
  return [table, count(rows), short(digests.manifest)];
}

function evidenceRow({
  table,
  rows,
  targetRows,
  digests,
  sourceUnchanged,
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
    sourceUnchanged === true ? 'unchanged' : short(source),
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
  return `  ${amount(tables.length, 'table')}, ${amount(rows, 'row')}${words}${empty === 0 ? '' : `; ${empty} of them empty`}`;
}
