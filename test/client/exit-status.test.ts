import { exitStatusOf } from '../../client/outcome';
import type { Counts, FleetReport } from '../../workflows/domain/fleet';
import type { Report } from '../../workflows/domain/report';
import { fleetReport } from './fleet/samples';

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

const fleet = (outcome: FleetReport['outcome'], counts: Partial<Counts> = {}) => ({
  kind: 'fleet' as const,
  fleet: fleetReport({ outcome, counts }),
});

const reconciled = (
  outcomes: readonly ('restored' | 'abandoned' | 'parked')[],
  findings: readonly string[] = [],
) => ({
  kind: 'reconciled' as const,
  reconciled: {
    reconciled: outcomes.map((outcome) => ({
      ...{ workflowId: 'w', runId: 'r', projectRef: 'a', databaseName: 'b', message: '' },
      how: 'terminated' as const,
      outcome,
    })),
    findings,
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
    [report('abandoned'), 1],
    [fleet('migrated'), 0],
    [fleet('incomplete', { migrated: 9, restored: 1 }), 1],
    [fleet('stopped', { migrated: 9 }), 1],
    [fleet('cancelled', { migrated: 9 }), 1],
    [fleet('incomplete', { migrated: 8, restored: 1, parked: 1 }), 3],
    [fleet('stopped', { parked: 1 }), 3],
    [{ kind: 'told' as const, text: '', document: {} }, 0],
    [reconciled([]), 0],
    [reconciled(['restored']), 0],
    [reconciled(['restored', 'abandoned']), 0],
    [reconciled(['restored', 'parked']), 3],
    [reconciled([], ['a marker that nobody knows']), 3],
    [{ kind: 'refused' as const, problem }, 2],
    [{ kind: 'unknown' as const, problem }, 3],
    [{ kind: 'bug' as const, problem }, 70],
    [{ kind: 'detached' as const }, 130],
  ])('says how it ended: %j', (ending, status) => {
    expect(exitStatusOf(ending, false)).toBe(status);
  });

  it('says interrupted for what a person cancelled, and the truth for what was done before', () => {
    expect(exitStatusOf(report('restored'), true)).toBe(130);
    expect(exitStatusOf(report('migrated'), true)).toBe(0);
    expect(exitStatusOf(report('parked'), true)).toBe(3);
    expect(exitStatusOf(fleet('cancelled'), true)).toBe(130);
    expect(exitStatusOf(fleet('cancelled', { parked: 1 }), true)).toBe(3);
    expect(exitStatusOf(fleet('migrated'), true)).toBe(0);
  });
});
