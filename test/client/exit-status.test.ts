import { exitStatusOf } from '../../client/exit-status';
import type { Report } from '../../workflows/domain/report';

const report = (outcome: Report['outcome']) => ({
  kind: 'report' as const,
  report: {
    projectRef: 'a',
    outcome,
    tables: [],
    drift: [],
    problems: [],
    warnings: [],
    steps: [],
    startedAt: '',
    finishedAt: '',
  },
});

const fleet = (outcome: 'migrated' | 'failed') => ({
  kind: 'fleet' as const,
  fleet: { outcome, projects: [], startedAt: '', finishedAt: '' },
});

const parkedFleet = () => ({
  kind: 'fleet' as const,
  fleet: {
    ...fleet('failed').fleet,
    projects: [{ projectRef: 'a', databaseName: 'b', outcome: 'parked' as const, problems: [] }],
  },
});

const reconciled = (
  outcomes: readonly ('restored' | 'parked')[],
  remarks: readonly string[] = [],
) => ({
  kind: 'reconciled' as const,
  reconciled: {
    reconciled: outcomes.map((outcome) => ({
      ...{ workflowId: 'w', runId: 'r', projectRef: 'a', databaseName: 'b', message: '' },
      how: 'terminated' as const,
      outcome,
    })),
    remarks,
  },
});

const problem = { code: 'x', message: 'x' };

describe('exitStatusOf', () => {
  it.each([
    [report('migrated'), 0],
    [report('verified'), 0],
    [report('backed-up'), 0],
    [report('restored'), 1],
    [report('different'), 1],
    [report('refused'), 2],
    [report('parked'), 3],
    [fleet('migrated'), 0],
    [fleet('failed'), 1],
    [parkedFleet(), 3],
    [reconciled([]), 0],
    [reconciled(['restored']), 0],
    [reconciled(['restored', 'parked']), 3],
    [reconciled([], ['a mark that nobody knows']), 3],
    [{ kind: 'refused' as const, problem }, 2],
    [{ kind: 'unknown' as const, problem }, 3],
    [{ kind: 'detached' as const }, 130],
  ])('says how it ended: %j', (ending, status) => {
    expect(exitStatusOf(ending, false)).toBe(status);
  });

  it('says interrupted for what a person cancelled, and the truth for what was done before', () => {
    expect(exitStatusOf(report('restored'), true)).toBe(130);
    expect(exitStatusOf(report('migrated'), true)).toBe(0);
    expect(exitStatusOf(report('parked'), true)).toBe(3);
  });
});
