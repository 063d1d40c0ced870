import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { startDevServer, type DevServer } from '../../local/temporal-cli';
import { claimHost } from '../../activities/disk/host-id';
import { backupIdOf } from '../../workflows/domain/names';
import type { Progress } from '../../workflows/domain/progress';
import { deferred } from '../support/deferred';
import type { Note } from '../faults/ground/messages';
import { WorkerProcess } from '../faults/ground/worker-process';
import { exists, urlOf } from '../support/harness/databases';
import { endingOf, type Ending } from '../support/harness/ending';
import { useOwnServer } from '../support/harness/own-server';
import { imageOf } from '../support/harness/image';
import { openTestbed, type Testbed } from '../support/harness/testbed';
import { until } from '../support/until';

/** A worker with a backup directory of its own, and what it was at. */
interface Side {
  readonly id: string;
  readonly directory: string;
  worker: WorkerProcess;
  readonly did: string[];
}

const OF_PROJECT = { projectRef: 'project-abc' };
const OF_BACKUP = { backupId: 'backup_project-abc_1', databaseName: 'project_abc_db' };

const TIMING = { silence: 3_000, longestPause: 1_000, parkAfter: 15_000 };

describe('two workers with backup directories of their own', () => {
  let bed: Testbed;
  let endServer: () => Promise<void>;
  let temporal: DevServer;
  let folder: string;
  let sides: readonly [Side, Side];
  const taskQueue = `hosts-${randomUUID()}`;
  /** A run that a worker holds at the gate of an activity. */
  let held: { readonly activity: string; readonly reached: () => void } | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'moveout-hosts-'));
    // What it terminates would be found by the reconcile of other files, and their markers by its own.
    endServer = await useOwnServer();
    temporal = await startDevServer({
      cli: process.env['MOVEOUT_TEST_TEMPORAL_CLI'] ?? '',
      ip: '127.0.0.1',
      namespace: 'default',
      logFile: join(folder, 'temporal.log'),
    });
    process.env['MOVEOUT_TEST_TEMPORAL_ADDRESS'] = temporal.address;
    bed = await openTestbed();
    sides = [await open('a'), await open('b')];
  });
  afterAll(async () => {
    for (const { worker } of sides) await worker.kill();
    await bed.close();
    await temporal.stop();
    await endServer();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(name: string): Promise<Side> {
    const directory = join(folder, name);
    const id = await claimHost(directory, name);
    const did: string[] = [];
    return { id, directory, did, worker: await startIn(directory, did) };
  }

  function startIn(backups: string, did: string[]): Promise<WorkerProcess> {
    const orders = {
      kind: 'start',
      format: 'json',
      address: process.env['MOVEOUT_TEST_TEMPORAL_ADDRESS'] ?? '',
      urls: { shared: urlOf(bed.source), projects: urlOf('postgres') },
      ...{ taskQueue, backups, timing: TIMING },
      logFile: join(folder, 'workers.log'),
    } as const;
    return WorkerProcess.start(orders, (note, worker) => hear(note, worker, did));
  }

  function hear(note: Note, worker: WorkerProcess, did: string[]): void {
    if (note.kind === 'over') did.push(`${note.runId} ${note.activity}`);
    if (note.kind !== 'gate') return;
    if (note.at === 'before' && note.activity === held?.activity) {
      held.reached();
      return;
    }
    worker.answer({ kind: 'answer', id: note.id, word: 'go' });
  }

  function start(type: string, input: object): Promise<WorkflowHandle> {
    const workflowId = `${type}-${randomUUID()}`;
    return bed.temporal.workflow.start(type, {
      ...{ workflowId, taskQueue, args: [input], workflowExecutionTimeout: '170 seconds' },
    });
  }

  async function run(type: string, input: object): Promise<Ending> {
    return endingOf(await start(type, input));
  }

  /** Starts a migration at a host whose worker is killed while it is at the activity. */
  async function lose(
    side: Side,
    activity: string,
    project: object = bed.nextProject(),
  ): Promise<WorkflowHandle> {
    const { promise, resolve } = deferred<undefined>();
    held = { activity, reached: () => resolve(undefined) };
    const handle = await start('migrateProject', { ...project, host: side.id });
    await promise;
    held = undefined;
    await side.worker.kill();
    return handle;
  }

  async function awaitedBy(handle: WorkflowHandle): Promise<Progress['awaited']> {
    return until('a run that waits for its host', async () => {
      const progress = await handle.query<Progress>('progress').catch(() => undefined);
      return progress?.awaited;
    });
  }

  it('do all later steps of a run where its backup is', async () => {
    const [a, b] = sides;
    const hosts = [a.id, a.id, b.id, b.id, undefined, undefined];
    const endings = await Promise.all(
      hosts.map((host) => run('migrateProject', { ...bed.nextProject(), host })),
    );
    const found = await Promise.all(sides.map(({ directory }) => readdir(directory)));
    for (const [index, { report, runId }] of endings.entries()) {
      expect(report?.outcome).toBe('migrated');
      const having = sides.filter((_, at) => found[at]?.includes(report?.backupId ?? ''));
      expect(having).toHaveLength(1);
      expect(hosts[index] ?? having[0]?.id).toBe(having[0]?.id);
      const elsewhere = sides.find((side) => side !== having[0])?.did ?? [];
      const strays = elsewhere.filter((line) => line.startsWith(runId));
      expect(strays.filter((line) => !/ (?:findHost|planMigration)$/.test(line))).toEqual([]);
    }
    expect(found.flat().filter((name) => name.startsWith('backup_'))).toHaveLength(6);
  });

  it('say where a backup is not, and find it at the host that is named', async () => {
    const [a, b] = sides;
    const { report } = await run('backupProject', { ...bed.nextProject(), host: a.id });
    const backupId = report?.backupId ?? '';
    const input = { backupId, databaseName: bed.nextProject().databaseName };
    const there = await run('restoreProject', { ...input, host: b.id });
    expect(there.message).toContain(`there is no backup "${backupId}" in ${b.directory} (host`);
    const here = await run('restoreProject', { ...input, host: a.id });
    expect(here.report?.outcome).toBe('verified');
  });

  it.each([
    ['migrateProject', OF_PROJECT],
    ['planProject', OF_PROJECT],
    ['backupProject', OF_PROJECT],
    ['verifyProject', OF_PROJECT],
    ['restoreProject', OF_BACKUP],
    ['planRestore', OF_BACKUP],
    ['migrateAll', {}],
  ])('refuse a host that nobody serves at once, with its name: %s', async (type, request) => {
    const host = `${sides[0].id}x`;
    const { status, message } = await run(type, { ...request, host });
    expect(status).toBe('Failed');
    expect(message).toContain(`no worker of host "${host}" asks for work`);
    const own = sides.some(({ id, directory }) =>
      message.includes(`the worker that answers is of host "${id}" (${directory})`),
    );
    expect(own).toBe(true);
  });

  it('compare with a backup where it is, each time', async () => {
    const [a] = sides;
    const project = { ...bed.nextProject(), host: a.id };
    expect((await run('migrateProject', project)).report?.outcome).toBe('migrated');
    const endings = await Promise.all(
      Array.from({ length: 10 }, () => run('verifyProject', project)),
    );
    expect(endings.map(({ report, message }) => report?.outcome ?? message)).toEqual(
      Array.from({ length: 10 }, () => 'verified'),
    );
  });

  it('go on without the one that was killed, whose runs say so, wait for it, and end when it is back', async () => {
    const [a, b] = sides;
    const handle = await lose(a, 'migrateAuth');
    const other = await run('migrateProject', { ...bed.nextProject(), host: b.id });
    expect(other.report?.outcome).toBe('migrated');
    expect(await awaitedBy(handle)).toMatchObject({ host: a.id, activity: 'migrateAuth' });
    const { currentDetails } = await handle.query<{ currentDetails: string }>(
      '__temporal_workflow_metadata',
    );
    expect(currentDetails).toContain(`Waits for host ${a.id} since`);
    a.worker = await startIn(a.directory, a.did);
    expect((await endingOf(handle)).report?.outcome).toBe('migrated');
    expect((await handle.query<Progress>('progress')).awaited).toBeUndefined();
    expect(await readdir(b.directory)).not.toEqual(await readdir(a.directory));
  });

  it('put a database that was not there before back without the one that has the backup', async () => {
    const [a] = sides;
    const handle = await lose(a, 'migrateStorage');
    await handle.cancel();
    const { status, report } = await endingOf(handle);
    expect({ status, outcome: report?.outcome }).toEqual({
      status: 'Canceled',
      outcome: 'restored',
    });
    expect(await exists(report?.databaseName ?? '')).toBe(false);
  });

  it('clear away what a terminated run had begun at a host, whoever looks', async () => {
    const [a] = sides;
    a.worker = await startIn(a.directory, a.did);
    const handle = await lose(a, 'backupProject');
    const { startTime, runId, typedSearchAttributes } = await handle.describe();
    await handle.terminate('for the test');
    const listed = `WorkflowId="${handle.workflowId}" AND ExecutionStatus="Terminated" AND MoveoutOutcome="running"`;
    await until(`a run with ${listed}`, () => bed.temporal.workflow.count(listed), {
      isSo: ({ count }) => count > 0,
    });
    const ref = typedSearchAttributes.getAll().find(({ key }) => key.name === 'MoveoutProject');
    const backupId = backupIdOf(String(ref?.value), startTime.getTime(), 'project');
    const owner = createHash('sha256').update(runId).digest('hex').slice(0, 12);
    const draft = `${backupId}.${owner}.0000.partial`;
    await mkdir(join(a.directory, draft), { mode: 0o700 });
    const reconciling = await start('reconcile', {});
    a.worker = await startIn(a.directory, a.did);
    expect(await reconciling.result()).toMatchObject({
      reconciled: [{ workflowId: handle.workflowId, outcome: 'restored' }],
      findings: [],
    });
    expect(await readdir(a.directory)).not.toContain(draft);
  });

  it('park what a terminated run left at a host that is away, and restore it once that is back', async () => {
    const [a] = sides;
    const project = { ...bed.nextProject(), host: a.id };
    expect((await run('migrateProject', project)).report?.outcome).toBe('migrated');
    const before = await imageOf(project.databaseName);
    const handle = await lose(a, 'migrateAuth', { ...project, replace: true });
    await handle.terminate('for the test');
    const { projectRef } = project;
    const looked: unknown = await (await start('reconcile', { projectRef })).result();
    expect(looked).toMatchObject({
      reconciled: [{ workflowId: handle.workflowId, outcome: 'parked' }],
    });
    expect(JSON.stringify(looked)).toContain(`no worker of host \\"${a.id}\\" has started`);
    a.worker = await startIn(a.directory, a.did);
    const again: unknown = await (await start('reconcile', { projectRef })).result();
    expect(again).toMatchObject({ reconciled: [{ outcome: 'restored' }] });
    expect(await imageOf(project.databaseName)).toEqual(before);
  });
});
