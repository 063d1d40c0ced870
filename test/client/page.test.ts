import { evidenceText } from '../../client/report/evidence';
import { gridOf } from '../../client/report/grid';
import { reportText } from '../../client/report/text';
import type { TableEvidence } from '../../workflows/domain/report';
import { onTerminal } from './terminal';

const LONG_NAME = 'storage.s3_multipart_uploads_parts';
const digest = '12345678901234567890';

const evidence = (table: string, change: Partial<TableEvidence> = {}): TableEvidence => ({
  ...{ table, rows: 1_234_567, equal: true },
  digests: { manifest: digest, target: digest, source: digest },
  ...change,
});

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

describe('a table', () => {
  const columns = [
    { head: 'name' },
    { head: 'rows', isFigure: true },
    { head: 'why', isText: true },
  ];
  const why =
    'the words of a long reason that nobody may cut, and that no line may break in a word';

  it.each([30, 60, 80])('fits %i columns, nothing of it is cut and no word is broken', (width) => {
    const { rows } = gridOf(
      columns,
      [
        ['a', '1', why],
        [LONG_NAME, '22', ''],
      ],
      width,
    );
    expect(widest(rows.join('\n'))).toBeLessThanOrEqual(Math.max(width, LONG_NAME.length + 2));
    const [first = '', second = ''] = rows.map((row) => row.replace(/\s+/g, ' ').trim());
    expect([first, second]).toEqual([`a 1 ${why}`, `${LONG_NAME} 22`]);
  });
});

describe('a report on a terminal of 80 columns', () => {
  const tables = [evidence('auth.users'), evidence(LONG_NAME, { targetRows: 1_234_566 })];
  const message = 'words and words '.repeat(20).trim();
  const report = {
    ...{ projectRef: 'a', databaseName: 'a_db', outcome: 'different' as const, tables },
    ...{ drift: [], problems: [{ code: 'Different', message }], warnings: [], steps: [] },
    ...{ startedAt: '2026-01-01T00:00:00.000Z', finishedAt: '2026-01-01T00:00:02.000Z' },
    restore: { state: 'filled' as const, facts: [message] },
  };

  it('shows its evidence within them', () => {
    const text = onTerminal(80, () => evidenceText(report));
    expect(widest(text)).toBeLessThanOrEqual(80);
    expect(text).toContain(LONG_NAME);
    expect(text).toContain('1 234 567 (target: 1 234 566)');
  });

  it('breaks its sentences between words, and not at all in a pipe', () => {
    const text = onTerminal(80, () => reportText(report));
    expect(widest(text)).toBeLessThanOrEqual(80);
    expect(text.replace(/\s+/g, ' ')).toContain(`Different: ${message}`);
    expect(onTerminal(undefined, () => reportText(report))).toContain(`Different: ${message}\n`);
  });
});
