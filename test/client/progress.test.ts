import { Writable } from 'node:stream';
import type { StepView } from '../../client/progress/display';
import { lineDisplay } from '../../client/progress/terminal';
import { viewOf } from '../../client/progress/screen';
import { count, duration, roughDuration, size } from '../../client/progress/words';

const START = Date.parse('2026-01-01T00:00:00Z');

const view = (change: Partial<StepView>): StepView => ({
  step: 'backupProject',
  state: 'running',
  rows: 0,
  bytes: 0,
  seconds: 0,
  note: '',
  ...change,
});

describe('viewOf', () => {
  const progress = {
    projectRef: 'a',
    outcome: 'running',
    steps: [
      {
        step: 'planMigration' as const,
        state: 'done' as const,
        startedAt: new Date(START).toISOString(),
        finishedAt: new Date(START + 1500).toISOString(),
        note: '3 users',
        tables: [],
      },
      {
        step: 'backupProject' as const,
        state: 'running' as const,
        startedAt: new Date(START + 1500).toISOString(),
        tables: [],
      },
      { step: 'initSchema' as const, state: 'waiting' as const, tables: [] },
    ],
  };

  it('shows what has begun, running steps by what their activity said last', () => {
    const heartbeat = {
      step: 'backupProject',
      rows: 7,
      bytes: 70,
      totalRows: 9,
      table: 'auth.users',
    };
    const pending = [{ activity: 'backupProject', attempt: 1, heartbeat }];
    expect(viewOf(progress, pending, START + 2500)).toEqual([
      view({ step: 'planMigration', state: 'done', seconds: 1.5, note: '3 users' }),
      view({ rows: 7, bytes: 70, totalRows: 9, seconds: 1, note: 'auth.users' }),
    ]);
  });
});

describe('lineDisplay', () => {
  it('says each stage of a step once, and what it moved at its end', () => {
    const lines: string[] = [];
    const out = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        lines.push(chunk.toString().replace(/\s+/g, ' ').trim());
        done();
      },
    });
    const display = lineDisplay(out);
    display.update([view({ seconds: 0.2 })]);
    display.update([view({ seconds: 1.2, rows: 10 })]);
    display.update([view({ seconds: 1.5, rows: 20 })]);
    display.update([view({ state: 'done', seconds: 2, rows: 1234, bytes: 5_200_000 })]);
    display.update([view({ state: 'done', seconds: 2, rows: 1234, bytes: 5_200_000 })]);
    expect(lines).toEqual(['backupProject …', 'backupProject done 2s · 1 234 rows, 5.2 MB']);
  });
});

describe('the words', () => {
  it('write figures for people', () => {
    expect([count(0), count(999), count(1234567)]).toEqual(['0', '999', '1 234 567']);
    expect([size(0), size(999), size(1000), size(5_200_000)]).toEqual([
      '0 B',
      '999 B',
      '1 kB',
      '5.2 MB',
    ]);
    const durations = [-1, 0.84, 4.21, 125, 3600 * 3 + 1200, 3600 * 52];
    expect(durations.map(duration)).toEqual(['0ms', '840ms', '4.2s', '2m 5s', '3h 20m', '2d 4h']);
    expect([0.2, 4.4, 90, 3600 * 3 + 1190].map(roughDuration)).toEqual([
      '1s',
      '5s',
      '2m',
      '3h 20m',
    ]);
  });
});
