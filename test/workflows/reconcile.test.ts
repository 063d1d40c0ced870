import { EventEmitter, once } from 'node:events';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { ReconcileReport } from '../../workflows/domain/interrupted';
import { SEARCH_ATTRIBUTES } from '../../workflows/domain/search-attributes';
import { createDatabase, execute, exists, query, withSession } from '../support/harness/databases';
import { endingOf } from '../support/harness/ending';
import { imageOf } from '../support/harness/image';
import type { ActivityName, Intervene } from '../support/harness/interventions';
import { useOwnServer } from '../support/harness/own-server';
import { makeCopy, makeEmpty } from '../support/harness/targets';
import { openTestbed, type Testbed, type TestProject } from '../support/harness/testbed';
import { until } from '../support/until';

const KINDS = ['absent', 'empty', 'filled'] as const;

describe('reconcile', () => {
  let bed: Testbed;
  let endServer: () => Promise<void>;
  beforeAll(async () => {
    endServer = await useOwnServer();
    bed = await openTestbed();
  });
  afterAll(async () => {
    await bed.close();
    await endServer();
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

  /** Starts a migration, terminates it once it is held at the activity, and lets the late attempt go on. */
  async function terminateAt(at: ActivityName, project: TestProject): Promise<WorkflowHandle> {
    const bell = new EventEmitter();
    const [reached, released] = [once(bell, 'reached'), once(bell, 'released')];
    const hold: Intervene = async (name, real) => {
      if (name !== at) return real();
      bell.emit('reached');
      await released;
      return real();
    };
    const handle = await bed.start('migrateProject', [{ ...project, replace: true }], hold);
    await reached;
    await listedAs(bed, handle.workflowId, 'running');
    await handle.terminate('for the test');
    await listedUntil(bed, `WorkflowId="${handle.workflowId}" AND ExecutionStatus="Terminated"`);
    bell.emit('released');
    return handle;
  }

  it.each(KINDS)('restores what a terminated migration left (target %s)', async (kind) => {
    const project = await prepare(kind);
    const before = await imageIfThere(project.databaseName);
    const handle = await terminateAt('finishSchema', project);
    const report = await reconcile(bed);
    expect(report.reconciled).toMatchObject([
      { workflowId: handle.workflowId, how: 'terminated', outcome: 'restored' },
    ]);
    expect(await imageIfThere(project.databaseName)).toEqual(before);
    const { status, message } = await endingOf(bed.temporal.workflow.getHandle(handle.workflowId));
    expect(status).toBe('Failed');
    expect(message).toMatch(/was terminated; it left its unfinished marker .*Restored: /);
    expect((await reconcile(bed)).reconciled).toEqual([]);
  });

  it('finds nothing where a terminated migration had not written yet', async () => {
    const project = await prepare('absent');
    await terminateAt('backupProject', project);
    expect(await reconcile(bed)).toEqual({ reconciled: [], findings: [] });
    expect(await exists(project.databaseName)).toBe(false);
  });

  it('lets running migrations go on, and completed ones stand', async () => {
    const project = await prepare('absent');
    const found: ReconcileReport[] = [];
    const look: Intervene = async (name, real) => {
      if (name === 'migrateStorage') found.push(await reconcile(bed));
      return real();
    };
    const ending = await bed.run('migrateProject', project, look);
    found.push(await reconcile(bed));
    expect(ending.report?.outcome).toBe('migrated');
    expect(found).toEqual([
      { reconciled: [], findings: [] },
      { reconciled: [], findings: [] },
    ]);
  });

  it('leaves a marker alone whose run it does not know, unless it is told to restore it', async () => {
    const project = await prepare('absent');
    const handle = await terminateAt('migrateStorage', project);
    const unknown = `UPDATE moveout.migration SET run_id = '7b0d3a52-0000-4000-8000-000000000000', workflow_id = 'gone/${project.projectRef}'`;
    await execute(project.databaseName, unknown);
    const first = await reconcile(bed);
    expect(first.reconciled).toEqual([]);
    expect(first.findings).toEqual([
      expect.stringContaining(`database "${project.databaseName}" carries the unfinished marker`),
    ]);
    expect(await exists(project.databaseName)).toBe(true);
    const second = await reconcile(bed, { forgotten: 'restore' });
    expect(second.reconciled).toMatchObject([{ how: 'forgotten', outcome: 'restored' }]);
    expect(await exists(project.databaseName)).toBe(false);
    expect(handle.workflowId).not.toBe(second.reconciled[0]?.workflowId);
  });

  it('parks what cannot be restored, and tells so without waiting for it', async () => {
    const project = await prepare('absent');
    const handle = await terminateAt('migrateAuth', project);
    const broken: Intervene = (name, real) => {
      if (name !== 'restoreProject') return real();
      throw ApplicationFailure.nonRetryable('no way back for now', 'RestoreUnproved');
    };
    bed.intervene(handle.workflowId, broken);
    const report = await reconcile(bed);
    expect(report.reconciled).toMatchObject([{ outcome: 'parked' }]);
    bed.intervene(handle.workflowId, (_name, real) => real());
    const child = bed.temporal.workflow.getHandle(handle.workflowId);
    await child.executeUpdate('retryRestore');
    expect((await endingOf(child)).report?.outcome).toBe('restored');
    expect(await exists(project.databaseName)).toBe(false);
  });

  it('leaves alone what a person has given up', async () => {
    const project = await prepare('absent');
    const broken: Intervene = (name, real) => {
      if (name === 'migrateAuth') throw ApplicationFailure.nonRetryable('injected', 'DataRejected');
      if (name !== 'restoreProject') return real();
      throw ApplicationFailure.nonRetryable('no way back', 'RestoreUnproved');
    };
    const handle = await bed.start('migrateProject', [project], broken);
    await listedAs(bed, handle.workflowId, 'parked');
    await handle.executeUpdate('abandonRestore', { args: ['it stays'] });
    await endingOf(handle);
    const markers = await query<{ state: string }>(
      project.databaseName,
      'SELECT state FROM moveout.migration',
    );
    expect(markers).toEqual([{ state: 'abandoned' }]);
    expect(await reconcile(bed)).toEqual({ reconciled: [], findings: [] });
    expect(await exists(project.databaseName)).toBe(true);
  });

  it('passes over a database that is dropped while it looks', async () => {
    const project = await prepare('absent');
    await bed.run('migrateProject', project);
    const going = await createDatabase('zz_going');
    const waiting = 'SELECT FROM pg_locks WHERE NOT granted';
    const report = await withSession(project.databaseName, async (client) => {
      await client.query('BEGIN; LOCK TABLE moveout.migration');
      const reconciling = reconcile(bed);
      await until('reconcile to wait for the marker', () => query('postgres', waiting), {
        isSo: (locks) => locks.length > 0,
      });
      await execute('postgres', `DROP DATABASE ${going}`);
      await client.query('ROLLBACK');
      return reconciling;
    });
    expect(report).toEqual({ reconciled: [], findings: [] });
  });

  it('refuses an input that it does not know', async () => {
    const ending = await bed.run('reconcile', { forgotten: 'drop' });
    expect(ending).toMatchObject({ status: 'Failed', type: 'InvalidInput' });
    expect(ending.message).toContain('"forgotten"');
  });
});

async function reconcile(bed: Testbed, input: object = {}): Promise<ReconcileReport> {
  const handle = await bed.start('reconcile', [input]);
  const report: unknown = await handle.result();
  if (isReconcileReport(report)) return report;
  throw new Error('reconcile gave something else than its report');
}

function isReconcileReport(value: unknown): value is ReconcileReport {
  return typeof value === 'object' && value !== null && 'reconciled' in value;
}

async function imageIfThere(database: string): Promise<readonly string[] | undefined> {
  return (await exists(database)) ? imageOf(database) : undefined;
}

/** What Temporal lists comes a moment after what it knows. */
function listedAs(bed: Testbed, workflowId: string, outcome: string): Promise<void> {
  return listedUntil(
    bed,
    `WorkflowId="${workflowId}" AND ${SEARCH_ATTRIBUTES.outcome}="${outcome}"`,
  );
}

async function listedUntil({ temporal }: Testbed, listing: string): Promise<void> {
  await until(`one run with ${listing}`, () => temporal.workflow.count(listing), {
    isSo: ({ count }) => count === 1,
  });
}
