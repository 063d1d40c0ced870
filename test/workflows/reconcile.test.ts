import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { backupIdOf } from '../../workflows/domain/names';
import type { ReconcileReport } from '../../workflows/domain/interrupted';
import { SEARCH_ATTRIBUTES } from '../../workflows/domain/search-attributes';
import { createDatabase, execute, exists, query, withSession } from '../support/harness/databases';
import { endingOf } from '../support/harness/ending';
import { imageOf } from '../support/harness/image';
import type { ActivityName, Intervene } from '../support/harness/interventions';
import { useOwnServer } from '../support/harness/own-server';
import { useOwnTemporal } from '../support/harness/own-temporal';
import { makeCopy, makeEmpty } from '../support/harness/targets';
import { openTestbed, type Testbed, type TestProject } from '../support/harness/testbed';
import { until } from '../support/until';

const KINDS = ['absent', 'empty', 'filled'] as const;

describe('reconcile', () => {
  let bed: Testbed;
  let endServers: readonly (() => Promise<void>)[];
  beforeAll(async () => {
    // Runs of other files would be found too.
    endServers = [await useOwnServer(), await useOwnTemporal()];
    bed = await openTestbed();
  });
  afterAll(async () => {
    await bed.close();
    for (const end of endServers) await end();
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

  it('parks what cannot be restored, and restores it the next time', async () => {
    const project = await prepare('absent');
    const { workflowId } = await terminateAt('migrateAuth', project);
    bed.intervene(workflowId, (name, real) => {
      if (name !== 'restoreProject') return real();
      throw ApplicationFailure.nonRetryable('no way back for now', 'RestoreUnproved');
    });
    expect((await reconcile(bed)).reconciled).toMatchObject([{ workflowId, outcome: 'parked' }]);
    bed.intervene(workflowId, (_name, real) => real());
    expect((await reconcile(bed)).reconciled).toMatchObject([{ workflowId, outcome: 'restored' }]);
    expect(await exists(project.databaseName)).toBe(false);
  });

  it('restores what a parked migration left, of the project that it is asked for alone', async () => {
    const parked: TestProject[] = [];
    for (const project of [await prepare('absent'), await prepare('filled')]) {
      const handle = await bed.start('migrateProject', [{ ...project, replace: true }], BROKEN);
      expect((await endingOf(handle)).report?.outcome).toBe('parked');
      await listedAs(bed, handle.workflowId, 'parked');
      parked.push(project);
    }
    const [one, other] = parked.map(({ projectRef }) => projectRef);
    const first = await reconcile(bed, { projectRef: one });
    expect(first.reconciled).toMatchObject([{ projectRef: one, outcome: 'restored' }]);
    const rest = await reconcile(bed);
    expect(rest.reconciled).toMatchObject([{ projectRef: other, outcome: 'restored' }]);
  });

  it('clears away the backup that a run had begun after it restored another one first', async () => {
    const project = await prepare('absent');
    const first = await bed.start('migrateProject', [project], BROKEN);
    expect((await endingOf(first)).report?.outcome).toBe('parked');
    await listedAs(bed, first.workflowId, 'parked');
    const { workflowId, runId, startTime } = await (
      await terminateAt('backupProject', project)
    ).describe();
    expect(await exists(project.databaseName)).toBe(false);
    const backupId = backupIdOf(project.projectRef, startTime.getTime(), 'project');
    const owner = createHash('sha256').update(runId).digest('hex').slice(0, 12);
    const draft = join(bed.backups, `${backupId}.${owner}.0000.partial`);
    await mkdir(draft, { mode: 0o700 });
    const { reconciled } = await reconcile(bed);
    expect(reconciled.find((one) => one.workflowId === workflowId)?.outcome).toBe('restored');
    expect(await readdir(bed.backups)).not.toContain(basename(draft));
  });

  it('leaves alone what an operator has abandoned', async () => {
    const project = await prepare('absent');
    const handle = await bed.start('migrateProject', [project], BROKEN);
    await endingOf(handle);
    await listedAs(bed, handle.workflowId, 'parked');
    const order = { projectRef: project.projectRef, abandon: 'it stays' };
    expect((await reconcile(bed, order)).reconciled).toMatchObject([{ outcome: 'abandoned' }]);
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

  it.each([
    [{ forgotten: 'drop' }, '"forgotten"'],
    [{ abandon: 'it stays' }, '"abandon" is for one project'],
    [{ projectRef: 'a', abandon: ' ' }, '"abandon" must say the reason'],
  ])('refuses an input that it cannot follow: %j', async (input, words) => {
    const ending = await bed.run('reconcile', input);
    expect(ending).toMatchObject({ status: 'Failed', type: 'InvalidInput' });
    expect(ending.message).toContain(words);
  });
});

/** Fails the migration after its schema is made, and the restore of its own run. */
const BROKEN: Intervene = (name, real) => {
  if (name === 'migrateAuth') throw ApplicationFailure.nonRetryable('injected', 'DataRejected');
  if (name !== 'restoreProject' || Context.current().info.workflowType !== 'migrateProject')
    return real();
  throw ApplicationFailure.nonRetryable('no way back', 'RestoreUnproved');
};

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
