import { refusalText, reportText } from '../../client/report/text';
import type { Report } from '../../workflows/domain/report';

const report = (code: string, outcome: Report['outcome']): Report => ({
  ...{ projectRef: 'project-abc', databaseName: 'abc', outcome },
  ...{ problems: [{ code, message: 'why' }], warnings: [], tables: [], drift: [], steps: [] },
  ...{ startedAt: '2026-11-30T00:00:00.000Z', finishedAt: '2026-11-30T00:00:01.000Z' },
});

describe('what helps after a run that has ended', () => {
  it.each(['ServerUnavailable', 'ServerBusy', 'LockHeld', 'BackupUnreachable'])(
    'is to start it again, and never that it goes on by itself: %s',
    (code) => {
      const texts = [
        refusalText(report(code, 'refused'), { startedAt: '2026-11-30T00:00:00.000Z' }),
        reportText(report(code, 'restored')),
        reportText(report(code, 'parked')),
      ];
      for (const text of texts) {
        expect(text).toContain('give the same command again');
        expect(text).not.toMatch(/by itself/);
      }
    },
  );
});
