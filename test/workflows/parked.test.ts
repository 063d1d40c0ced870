import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import type { ReconcileReport } from '../../workflows/domain/interrupted';
import { createDatabase, execute, exists, freshName, query } from '../support/harness/databases';
import { endingOf, type Ending } from '../support/harness/ending';
import { actualRows, expectedRows } from '../support/harness/expected-rows';
import { imageOf } from '../support/harness/image';
import { before, type Intervene } from '../support/harness/interventions';
import { useOwnTemporal } from '../support/harness/own-temporal';
import { makeCopy, makeEmpty } from '../support/harness/targets';
import { migrationWorkflowId } from '../../workflows/domain/names';
import { openTestbed, type Testbed, type TestProject } from '../support/harness/testbed';

const KINDS = ['absent', 'empty', 'filled'] as const;

describe('a migration whose restore cannot finish', () => {
  let bed: Testbed;
  let endTemporal: () => Promise<void>;
  beforeAll(async () => {
    // Runs that other files have terminated, of a project with the same ref, would be found too.
    endTemporal = await useOwnTemporal();
    bed = await openTestbed();
  });
  afterAll(async () => {
    await bed.close();
    await endTemporal();
  });

  async function prepare(kind: (typeof KINDS)[number]): Promise<TestProject> {
    const project = bed.nextProject();
    if (kind === 'empty') await makeEmpty(project.databaseName);
    if (kind === 'filled') {
      await makeCopy(project.databaseName, bed.source);
      await execute(project.databaseName, 'TRUNCATE public.profiles');
    }
    return project;
  }

  /** Runs a migration to its end, under the workflow id that the commands give it. */
  async function migrate(
    input: TestProject & { readonly replace?: boolean },
    intervene: Intervene = (_name, real) => real(),
  ): Promise<Ending> {
    const workflowId = migrationWorkflowId(input.projectRef);
    bed.intervene(workflowId, intervene);
    const { taskQueue } = bed;
    const options = { workflowId, taskQueue, args: [input] };
    const ending = await endingOf(await bed.temporal.workflow.start('migrateProject', options));
    bed.intervene(workflowId, (_name, real) => real());
    return ending;
  }

  /** Runs a migration to its end, which is parked. */
  async function park(project: TestProject, intervene = unrestorable): Promise<WorkflowHandle> {
    const ending = await migrate({ ...project, replace: true }, intervene);
    const workflowId = migrationWorkflowId(project.projectRef);
    expect(ending).toMatchObject({
      ...{ status: 'Failed', type: 'RestorePending' },
      report: {
        outcome: 'parked',
        problems: [{ code: 'DataRejected' }, { code: 'RestoreUnproved' }],
      },
    });
    return bed.temporal.workflow.getHandle(workflowId, ending.runId);
  }

  async function restorePending(
    { projectRef }: TestProject,
    input: object = {},
  ): Promise<ReconcileReport['reconciled']> {
    const handle = await bed.start('reconcile', [{ projectRef, ...input }]);
    const report: unknown = await handle.result();
    if (!isReconcileReport(report)) throw new Error('this is no report of reconcile');
    expect(report.findings).toEqual([]);
    return report.reconciled;
  }

  it.each(KINDS)('ends, and is restored and proved afterwards (target %s)', async (kind) => {
    const project = await prepare(kind);
    const before = await imageIfThere(project.databaseName);
    const { workflowId } = await park(project);
    expect(await markerOf(project)).toEqual(['running']);
    const restored = await restorePending(project);
    expect(restored).toMatchObject([{ workflowId, how: 'parked', outcome: 'restored' }]);
    expect(await imageIfThere(project.databaseName)).toEqual(before);
    expect(await restorePending(project)).toEqual([]);
  });

  it.each(KINDS)('is restored first when it is started again (target %s)', async (kind) => {
    const project = await prepare(kind);
    await park(project);
    const ending = await migrate({ ...project, replace: kind === 'filled' });
    expect(ending).toMatchObject({ message: '', report: { outcome: 'migrated' } });
    const note = ending.report?.warnings.find(({ code }) => code === 'restored-first');
    expect(note?.message).toMatch(/was parked; .*Restored first: /);
    const rows = await actualRows(project.databaseName);
    expect(rows).toEqual(await expectedRows(bed.source, project.projectRef));
    expect(await restorePending(project)).toEqual([]);
  });

  it('ends as restored if it is restored first and refused then', async () => {
    const project = await prepare('filled');
    const before = await imageOf(project.databaseName);
    await park(project);
    const ending = await migrate(project);
    expect(ending).toMatchObject({
      ...{ status: 'Failed', type: 'Refused' },
      report: { outcome: 'restored', problems: [{ code: 'target-not-empty' }] },
    });
    expect(ending.message).toMatch(/^An earlier run was restored: .* Then refused: database/);
    expect(ending.report?.restore?.facts).not.toEqual([]);
    expect(await imageOf(project.databaseName)).toEqual(before);
    expect(await restorePending(project)).toEqual([]);
  });

  it('ends as restored if it is restored first and cannot be planned then', async () => {
    const project = await prepare('absent');
    await park(project);
    const planned: string[] = [];
    const ending = await migrate(project, (name, real) => {
      if (name !== 'planMigration' || planned.push(name) === 1) return real();
      throw ApplicationFailure.nonRetryable('the source is gone', 'NotFound');
    });
    expect(ending.report).toMatchObject({ outcome: 'restored', problems: [{ code: 'NotFound' }] });
    expect(await restorePending(project)).toEqual([]);
  });

  it('ends as restored if it is cancelled while it is restored first', async () => {
    const project = await prepare('absent');
    const { workflowId } = await park(project);
    const cancel = async (): Promise<void> => {
      await bed.temporal.workflow.getHandle(workflowId).cancel();
    };
    const ending = await migrate(project, before('restoreProject', cancel));
    expect(ending).toMatchObject({ status: 'Canceled', report: { outcome: 'restored' } });
    expect(await exists(project.databaseName)).toBe(false);
    expect(await restorePending(project)).toEqual([]);
  });

  it('is parked again if a start cannot restore it either, and restored afterwards', async () => {
    const project = await prepare('empty');
    const before = await imageOf(project.databaseName);
    const { workflowId } = await park(project);
    const again = await migrate(project, unrestorable);
    expect(again).toMatchObject({ type: 'RestorePending', report: { outcome: 'parked' } });
    expect(again.report?.problems[0]?.message).toContain(workflowId);
    expect(await restorePending(project)).toMatchObject([{ workflowId, outcome: 'restored' }]);
    expect(await imageOf(project.databaseName)).toEqual(before);
  });

  it('is parked again if restore-pending cannot restore it, and restored by the next', async () => {
    const project = await prepare('absent');
    const { workflowId } = await park(project);
    bed.intervene(workflowId, unrestorable);
    expect(await restorePending(project)).toMatchObject([{ workflowId, outcome: 'parked' }]);
    bed.intervene(workflowId, (_name, real) => real());
    expect(await restorePending(project)).toMatchObject([{ workflowId, outcome: 'restored' }]);
    expect(await exists(project.databaseName)).toBe(false);
  });

  it('is proved afterwards if it was restored but could not be proved', async () => {
    const project = await prepare('absent');
    await park(project, async (name, real) => {
      if (name === 'restoreProject') await real();
      return unrestorable(name, real);
    });
    expect(await exists(project.databaseName)).toBe(false);
    expect(await restorePending(project)).toMatchObject([{ how: 'parked', outcome: 'restored' }]);
    expect(await restorePending(project)).toEqual([]);
  });

  it('is still proved afterwards if the project was moved into another database meanwhile', async () => {
    const project = await prepare('absent');
    await park(project, async (name, real) => {
      if (name === 'restoreProject') await real();
      return unrestorable(name, real);
    });
    const moved = await migrate({ ...project, databaseName: freshName('moved') });
    expect(moved.report?.outcome).toBe('migrated');
    const { databaseName } = project;
    expect(await restorePending(project)).toMatchObject([{ databaseName, outcome: 'restored' }]);
    expect(await restorePending(project)).toEqual([]);
  });

  it('leaves its target as it stands if it is abandoned, and keeps the reason', async () => {
    const project = await prepare('absent');
    const { workflowId } = await park(project);
    const abandoned = await restorePending(project, { abandon: 'looked at by hand' });
    expect(abandoned).toMatchObject([{ workflowId, outcome: 'abandoned' }]);
    expect(abandoned[0]?.message).toContain('looked at by hand');
    const ending = await endingOf(bed.temporal.workflow.getHandle(workflowId));
    expect(ending).toMatchObject({ status: 'Failed', type: 'Abandoned' });
    expect(await markerOf(project)).toEqual(['abandoned']);
    expect(await restorePending(project)).toEqual([]);
    expect(await exists(project.databaseName)).toBe(true);
    expect((await refusalOf(project)).message).toContain('whose restore was abandoned');
    const replaced = await migrate({ ...project, replace: true });
    expect(replaced.message).toBe('');
  });

  it('is not restored by an attempt that comes after its target was abandoned', async () => {
    const project = await prepare('absent');
    await park(project);
    const abandon = `UPDATE moveout.migration SET state = 'abandoned', fencing_token = fencing_token + 1`;
    const again = await migrate(
      project,
      before('restoreProject', () => execute(project.databaseName, abandon)),
    );
    expect(again).toMatchObject({ type: 'RestorePending', report: { outcome: 'parked' } });
    expect(again.report?.problems[1]).toMatchObject({ code: 'Fenced' });
    expect(await markerOf(project)).toEqual(['abandoned']);
  });

  it('keeps its target from other projects, also if they replace', async () => {
    const project = await prepare('empty');
    await park(project);
    const other = { ...bed.nextProject(), databaseName: project.databaseName };
    for (const replace of [false, true]) {
      const { message } = await refusalOf({ ...other, replace });
      expect(message).toContain(`restore it first with moveout restore-pending`);
    }
    expect(await restorePending(project)).toMatchObject([{ outcome: 'restored' }]);
  });

  it('is named in a plan and a verification, which restore nothing', async () => {
    const project = await prepare('absent');
    await park(project);
    const plan: unknown = await (await bed.start('planProject', [project])).result();
    expect(plan).toMatchObject({ problems: [{ code: 'unfinished' }] });
    const { projectRef, databaseName } = project;
    const { report } = await bed.run('verifyProject', { projectRef, databaseName });
    const warning = report?.warnings.find(({ code }) => code === 'unfinished');
    expect(warning?.message).toContain(`restore it with moveout restore-pending ${projectRef}`);
    expect(await markerOf(project)).toEqual(['running']);
    expect(await restorePending(project)).toMatchObject([{ outcome: 'restored' }]);
  });

  it('has nothing in a copy of its target', async () => {
    const project = await prepare('absent');
    await park(project);
    const copy = await createDatabase('copied', project.databaseName);
    const { message } = await refusalOf({ ...project, databaseName: copy });
    expect(message).toContain('which this Temporal cannot restore');
    expect(await restorePending(project)).toMatchObject([{ outcome: 'restored' }]);
    expect(await exists(copy)).toBe(true);
  });

  async function refusalOf(input: TestProject & { readonly replace?: boolean }): Promise<Ending> {
    const ending = await migrate(input);
    expect(ending.report?.outcome).toBe('refused');
    return ending;
  }
});

/** Fails the migration after its schema is made, and the restore. */
const unrestorable: Intervene = (name, real) => {
  if (name === 'migrateAuth') throw ApplicationFailure.nonRetryable('injected', 'DataRejected');
  if (name !== 'restoreProject') return real();
  throw ApplicationFailure.nonRetryable('no way back for now', 'RestoreUnproved');
};

function isReconcileReport(value: unknown): value is ReconcileReport {
  return typeof value === 'object' && value !== null && 'reconciled' in value;
}

async function markerOf({ databaseName }: TestProject): Promise<readonly string[]> {
  const rows = await query<{ state: string }>(databaseName, 'SELECT state FROM moveout.migration');
  return rows.map(({ state }) => state);
}

async function imageIfThere(database: string): Promise<readonly string[] | undefined> {
  return (await exists(database)) ? imageOf(database) : undefined;
}
