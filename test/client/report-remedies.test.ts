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

describe('what helps after a run that was parked', () => {
  const parked = report('BackupUnavailable', 'parked');

  it('is to start again, which restores first, if its target has to be restored', () => {
    const steps = [{ step: 'restoreProject', seconds: 1, outcome: 'failed' }] as const;
    const text = reportText({ ...parked, steps });
    expect(text).toContain('start the same command again: it restores first');
    expect(text).toContain('moveout restore-pending project-abc');
  });

  it('is to remove what is left of a backup, if nothing else was begun', () => {
    const steps = [{ step: 'backupProject', seconds: 1, outcome: 'failed' }] as const;
    const text = reportText({ ...parked, steps });
    expect(text).toContain(
      'remove what is left of the backup: moveout restore-pending project-abc',
    );
    expect(text).not.toContain('restores first');
  });
});
