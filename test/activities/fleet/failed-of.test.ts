import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import {
  ApplicationFailure,
  defineSearchAttributeKey,
  SearchAttributeType,
} from '@temporalio/common';
import { writeFrozen } from '../../../activities/backup/freeze-folder';
import { recordEndings } from '../../../activities/fleet/record-endings';
import { startDevServer, type DevServer } from '../../../client/temporal-cli';
import type { FleetEntry, FleetOutcome, FleetProject } from '../../../workflows/domain/fleet';
import { migrationWorkflowId } from '../../../workflows/domain/names';
import { SEARCH_ATTRIBUTES } from '../../../workflows/domain/search-attributes';
import { until } from '../../faults/ground/until';
import { before, failing, type Intervene } from '../../support/harness/interventions';
import { openTestbed, type TestProject, type Testbed } from '../../support/harness/testbed';
import { FleetBench, nextFleetId } from './fleet-bench';

/** Nobody polls it: what is started there stays as it is until it is ended from outside. */
const IDLE = `nobody-${randomUUID()}`;

const attribute = (name: keyof typeof SEARCH_ATTRIBUTES, value: string) => ({
  key: defineSearchAttributeKey(SEARCH_ATTRIBUTES[name], SearchAttributeType.KEYWORD),
  value,
});

describe('freezeFleet of what failed', () => {
  let server: DevServer;
  let folder: string;
  let bed: Testbed;
  let bench: FleetBench;
  let taskQueue: string;
  const projects = new Map<string, TestProject>();
  const fleetId = nextFleetId();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'moveout-failed-'));
    const cli = process.env['MOVEOUT_TEST_TEMPORAL_CLI'] ?? '';
    const logFile = join(folder, 'temporal.log');
    server = await startDevServer({ cli, ip: '127.0.0.1', namespace: 'default', logFile });
    process.env['MOVEOUT_TEST_TEMPORAL_ADDRESS'] = server.address;
    bed = await openTestbed();
    bench = await FleetBench.open(bed.source);
    taskQueue = await queueOf(bed);
    await makeHistory();
  });
  afterAll(async () => {
    await bench.close();
    await bed.close();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  /** What each project has behind it; `kind` is how the tests call it. */
  async function makeHistory(): Promise<void> {
    await migrate('migrated');
    await migrate('restored', failing('initSchema', 'before'));
    await migrate('refused', failing('planMigration', 'before'));
    await migrate('mended', failing('initSchema', 'before'));
    await migrate('mended');
    const cancelled = await begin('cancelled', async (name, real) => {
      if (name === 'initSchema') await cancelled.cancel();
      return real();
    });
    await cancelled.result().catch(() => undefined);
    await parkAndAbandon();
    const terminated = await idle('terminated');
    await terminated.terminate('an accident');
    await idle('timed-out', '1s');
    await until('the timeout', async () =>
      (await statusOf('timed-out')) === 'TIMED_OUT' ? true : undefined,
    );
    await idle('running');
    for (const kind of ['forgotten', 'unknown', 'recorded-done']) projects.set(kind, ghost(kind));
    await writeFolder(fleetId, [...projects.values()], { forgotten: 'restored' });
  }

  async function parkAndAbandon(): Promise<void> {
    const handle = await begin('abandoned', async (name, real) => {
      if (name === 'initSchema') throw ApplicationFailure.nonRetryable('no', 'DataRejected');
      if (name === 'restoreProject') throw ApplicationFailure.nonRetryable('gone', 'BackupDamaged');
      return real();
    });
    await until('the run is parked', async () => {
      const { typedSearchAttributes } = await handle.describe();
      const outcome = attribute('outcome', 'parked').key;
      return typedSearchAttributes.get(outcome) === 'parked' ? true : undefined;
    });
    await handle.executeUpdate('abandonRestore', { args: ['no use'] });
    await handle.result().catch(() => undefined);
  }

  function named(kind: string): TestProject {
    const project = projects.get(kind) ?? bed.nextProject();
    projects.set(kind, project);
    return project;
  }

  async function begin(kind: string, intervene: Intervene): Promise<WorkflowHandle> {
    const project = named(kind);
    const workflowId = migrationWorkflowId(project.projectRef);
    bed.intervene(workflowId, intervene);
    return bed.temporal.workflow.start('migrateProject', {
      workflowId,
      taskQueue,
      args: [project],
    });
  }

  async function migrate(kind: string, intervene?: Intervene): Promise<void> {
    const handle = await begin(kind, intervene ?? before('initSchema', () => Promise.resolve()));
    await handle.result().catch(() => undefined);
  }

  async function idle(kind: string, workflowExecutionTimeout = '1 day'): Promise<WorkflowHandle> {
    const { projectRef, databaseName } = named(kind);
    return bed.temporal.workflow.start('migrateProject', {
      workflowId: migrationWorkflowId(projectRef),
      taskQueue: IDLE,
      args: [],
      workflowExecutionTimeout: workflowExecutionTimeout === '1s' ? '1s' : '1 day',
      typedSearchAttributes: [
        attribute('project', projectRef),
        attribute('database', databaseName),
      ],
    });
  }

  async function statusOf(kind: string): Promise<string> {
    const workflowId = migrationWorkflowId(named(kind).projectRef);
    return (await bed.temporal.workflow.getHandle(workflowId).describe()).status.name;
  }

  async function writeFolder(
    fleet: string,
    listed: readonly TestProject[],
    outcomes: Readonly<Record<string, FleetOutcome>>,
  ): Promise<void> {
    const found = listed.map(asFleetProject);
    const options = { request: {}, limits: { concurrency: 1 }, done: [], isEstimated: false };
    await writeFrozen(bench.store, { fleetId: fleet, projects: found, ...options });
    const entries = Object.entries({ ...outcomes, 'recorded-done': 'migrated' as const });
    await recordEndings(bench, { fleetId: fleet, part: 0, entries: entries.map(asEntry) });
  }

  function asEntry([kind, outcome]: readonly [string, FleetOutcome]): FleetEntry {
    const { projectRef, databaseName } = named(kind);
    const message = `it\nwas ${'long '.repeat(100)}`;
    return { projectRef, databaseName, outcome, problems: [{ code: 'Unexpected', message }] };
  }

  /** The kinds of projects that are tried again, each with its reason. */
  async function retried(failedOf: string): Promise<ReadonlyMap<string, FleetProject>> {
    const list = [...projects.values()].map(({ projectRef: ref, databaseName: database }) => ({
      ref,
      database,
    }));
    const settings = failedOf === 'any' ? { projects: { list: list.slice(0, 3) } } : {};
    const frozen = await bench.freeze(settings, { failedOf }, { client: bed.temporal });
    const kinds = new Map([...projects].map(([kind, { projectRef }]) => [projectRef, kind]));
    const found = await bench.list(frozen);
    return new Map(found.map((project) => [kinds.get(project.ref) ?? project.ref, project]));
  }

  const FAILED = ['abandoned', 'cancelled', 'forgotten', 'refused', 'restored'];
  const ENDED = ['terminated', 'timed-out', 'unknown'];

  it('takes what a fleet left undone, however it ended, and never what is done or running', async () => {
    const found = await retried(fleetId);
    expect([...found.keys()].sort()).toEqual([...FAILED, ...ENDED]);
    expect(found.get('restored')).toMatchObject({ source: 'shared', target: 'projects', rows: 38 });
  });

  it('says of each how its last migration ended', async () => {
    const found = await retried(fleetId);
    const reason = (kind: string): string => found.get(kind)?.reason ?? '';
    expect(reason('restored')).toMatch(/^restored: .*injected before initSchema/);
    expect(reason('refused')).toMatch(/^refused: .*injected before planMigration/);
    expect(reason('cancelled')).toMatch(/^cancelled: /);
    expect(reason('terminated')).toBe('terminated: an accident');
    expect(reason('timed-out')).toMatch(/^timed out: /);
    expect(reason('abandoned')).toMatch(/^parked and abandoned: /);
    expect(reason('unknown')).toMatch(/^unknown: /);
    expect(reason('forgotten')).toMatch(/^restored: it was long .*…$/);
    expect(reason('forgotten')).toHaveLength(300);
  });

  it('takes what failed in any run, with what the configuration, else the run, says of it', async () => {
    const found = await retried('any');
    expect([...found.keys()].sort()).toEqual([...FAILED, ...ENDED]);
    const { projectRef, databaseName } = named('terminated');
    expect(found.get('terminated')).toMatchObject({ ref: projectRef, database: databaseName });
  });

  it('leaves projects alone that a running fleet has not come to yet', async () => {
    const running = nextFleetId();
    await writeFolder(running, [ghost('waiting')], {});
    const fleet = await bed.temporal.workflow.start('migrateAll', {
      workflowId: running,
      taskQueue: IDLE,
      typedSearchAttributes: [attribute('fleet', running)],
    });
    await until('the fleet is listed', async () =>
      (await retried(running)).size === 0 ? true : undefined,
    );
    await fleet.terminate();
    await until('the fleet is gone', async () =>
      (await retried(running)).size === 1 ? true : undefined,
    );
  });

  it('counts as migrated what has been mended since, not what was done in the fleet itself', async () => {
    const frozen = await bench.freeze({}, { failedOf: fleetId }, { client: bed.temporal });
    const mended = [named('mended').projectRef, named('migrated').projectRef].sort();
    expect(await bench.doneRefs(frozen)).toEqual(mended);
  });

  it('refuses a fleet that is not there', async () => {
    const failedOf = 'fleet_1_00000000';
    const refused = bench.freeze({}, { failedOf }, { client: bed.temporal });
    await expect(refused).rejects.toMatchObject({ type: 'NotFound' });
  });
});

function ghost(kind: string): TestProject {
  const databaseName = `ghost_${kind.replaceAll('-', '_')}`;
  return { projectRef: `ghost-${kind}`, databaseName, ownerUserId: 'nobody' };
}

function asFleetProject({ projectRef, databaseName, ownerUserId }: TestProject): FleetProject {
  const names = { source: 'shared', target: 'projects' };
  return { ref: projectRef, database: databaseName, owner: ownerUserId, ...names, rows: 1 };
}

/** The queue of the testbed's worker, as a run that ends at once tells. */
async function queueOf(bed: Testbed): Promise<string> {
  const handle = await bed.start('planProject', [{ projectRef: 'Wrong' }]);
  const { taskQueue } = await handle.describe();
  await handle.result().catch(() => undefined);
  return taskQueue;
}
