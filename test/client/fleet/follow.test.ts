import type { WorkflowHandle } from '@temporalio/client';
import { until } from '../../support/until';
import type { FleetEntry } from '../../../workflows/domain/fleet';
import { saidBy, type Outcome, type Running } from '../script';
import { fleetPlace, type FleetPlace } from './place';
import type { End } from './pretend/migrate-all';
import { fleetProgress, fleetReport } from './samples';

let place: FleetPlace;

beforeAll(async () => {
  place = await fleetPlace({ workflowsPath: require.resolve('./pretend/migrate-all') });
});

afterAll(() => place.close());

const MIGRATED: FleetEntry = {
  ...{ projectRef: 'a', databaseName: 'a_db', outcome: 'migrated', rows: 12, problems: [] },
};
const RESTORED: FleetEntry = {
  ...{ projectRef: 'b', databaseName: 'b_db', outcome: 'restored' },
  problems: [{ code: 'DataRejected', message: 'a row was refused' }],
};

const fleetOf = (workflowId: string): WorkflowHandle => place.client.workflow.getHandle(workflowId);

/** Starts the program and resolves once its fleet runs. */
async function started(workflowId: string, ...args: readonly string[]): Promise<Running> {
  const running = place.startMoveout(...args);
  await until(`a running ${workflowId}`, () => isRunning(workflowId));
  return running;
}

async function isRunning(workflowId: string): Promise<boolean> {
  try {
    return (await fleetOf(workflowId).describe()).status.name === 'RUNNING';
  } catch {
    return false;
  }
}

const end = (workflowId: string, ending: End): Promise<void> =>
  fleetOf(workflowId).signal('end', ending);

const ALL = ['migrate', '--all', '--concurrency=2'] as const;

async function fleetThatEnds(ending: End, ...more: readonly string[]): Promise<Outcome> {
  const running = await started('migrate-all', ...ALL, ...more);
  await end('migrate-all', ending);
  return running.ended;
}

describe('moveout migrate --all', () => {
  it('follows a fleet over a new run, and tells each project as it ends', async () => {
    const running = await started('migrate-all', ...ALL);
    const first = await fleetOf('migrate-all').describe();
    const before = saidBy(running, 'a → a_db: migrated, 12 rows');
    await fleetOf('migrate-all').signal('become', fleetProgress({ projects: [MIGRATED] }));
    await before;
    await end('migrate-all', { how: 'continue' });
    await until('a new run', async () => {
      const { runId, status } = await fleetOf('migrate-all').describe();
      return runId !== first.runId && status.name === 'RUNNING';
    });
    const after = saidBy(running, 'b → b_db: restored: a row was refused');
    const projects = [MIGRATED, RESTORED];
    await fleetOf('migrate-all').signal('become', fleetProgress({ projects }));
    await after;
    const counts = { migrated: 1, restored: 1 };
    const report = fleetReport({ outcome: 'incomplete', projects, counts });
    await end('migrate-all', { how: 'complete', report });
    const { status, stdout, stderr } = await running.ended;
    expect(stderr.match(/a → a_db/g)).toHaveLength(1);
    expect(stdout).toMatch(/b_db +restored +a row was refused/);
    expect(status).toBe(1);
  });

  it('attaches to the very same fleet, and to no other', async () => {
    const running = await started('migrate-all', ...ALL);
    const attached = place.startMoveout(...ALL);
    await saidBy(attached, 'migrate-all is already running: following it.');
    const { status, stderr } = await place.moveout('migrate', '--all', '--concurrency=3');
    expect(stderr).toMatch(
      /^InvalidInput: migrate-all is already running .* with another request, .*\n$/,
    );
    expect(status).toBe(2);
    const report = fleetReport({ counts: { migrated: 10 } });
    await end('migrate-all', { how: 'complete', report });
    const both = await Promise.all([running.ended, attached.ended]);
    expect(both.map((each) => each.status)).toEqual([0, 0]);
  });

  it('is 3 where a project is parked, and 1 where a limit stopped the fleet', async () => {
    const parked = fleetReport({ outcome: 'incomplete', counts: { migrated: 9, parked: 1 } });
    expect(await fleetThatEnds({ how: 'complete', report: parked })).toMatchObject({ status: 3 });
    const stopped = fleetReport({ outcome: 'stopped', stoppedBy: 'the canary a was not migrated' });
    const { status, stdout } = await fleetThatEnds({ how: 'fail', report: stopped }, '--json');
    expect(JSON.parse(stdout)).toEqual(stopped);
    expect(status).toBe(1);
  });

  it('cancels the fleet, and what runs, by the second Ctrl-C', async () => {
    const running = await started('migrate-all', ...ALL);
    await saidBy(running, 'to move');
    running.child.kill('SIGINT');
    await saidBy(running, 'Ctrl-C again');
    running.child.kill('SIGINT');
    const { status, stdout } = await running.ended;
    expect(stdout).toContain('CANCELLED');
    expect(status).toBe(130);
  });
});

describe('moveout retry-failed', () => {
  it('shows what is moved again and why, under a workflow id of its own', async () => {
    const running = await started('retry-failed', 'retry-failed');
    const retried = [{ projectRef: 'b', databaseName: 'b_db', reason: 'restored: a row' }];
    const again = saidBy(running, 'again: b, last restored: a row');
    await fleetOf('retry-failed').signal('become', fleetProgress({ total: 1, retried }));
    await again;
    await end('retry-failed', { how: 'complete', report: fleetReport({ total: 1 }) });
    expect(await running.ended).toMatchObject({ status: 0 });
  });
});

describe('moveout fleet', () => {
  const steering =
    (id: string) =>
    (action: string, ...more: readonly string[]): Promise<Outcome> =>
      place.moveout('fleet', action, `--id=${id}`, ...more);

  const startFleet = (workflowId: string): Promise<WorkflowHandle> => {
    const { taskQueue, client } = place;
    return client.workflow.start('migrateAll', { workflowId, taskQueue, args: [{}] });
  };

  /** Starts a fleet and ends it; resolves once it is listed so. */
  async function endedFleet(id: string): Promise<void> {
    await startFleet(id);
    await end(id, { how: 'complete', report: fleetReport({ counts: { migrated: 10 } }) });
    await fleetOf(id).result();
    const listed = `WorkflowId = "${id}" AND ExecutionStatus = "Completed"`;
    await until(`${id} to be listed`, () => place.client.workflow.count(listed), {
      isSo: ({ count }) => count === 1,
    });
  }

  it('pauses, resumes, limits and stops a running fleet, and tells how far it is', async () => {
    const fleet = steering('steered');
    await startFleet('steered');
    expect((await fleet('pause')).stdout).toMatch(/^steered \(fleet_\w+\) is paused\n/);
    const again = await fleet('pause');
    expect(again.stderr).toBe('InvalidInput: steered refuses: the fleet is paused already\n');
    expect(again.status).toBe(2);
    expect((await fleet('resume')).stdout).toContain('is running');
    const limited = await fleet('limits', '--concurrency=9', '--window=22:00-05:00');
    expect(limited.stdout).toContain('limits: 9 at once · 22:00-05:00 UTC');
    expect((await fleet('limits', '--window=none')).stdout).toContain('limits: 9 at once\n');
    expect((await fleet('stop')).stdout).toContain('stopping: waits for the running migrations');
    const status = await fleet('status', '--json');
    expect(JSON.parse(status.stdout)).toMatchObject({ state: 'stopping', total: 10 });
    expect(status.status).toBe(0);
    await end('steered', { how: 'complete', report: fleetReport({}) });
    await fleetOf('steered').result();
  });

  it('tells how a fleet ended, and steers it no more', async () => {
    const fleet = steering('ended');
    await endedFleet('ended');
    const status = await fleet('status');
    expect(status.stdout).toContain('every project is in a database of its own');
    expect(status.status).toBe(0);
    const paused = await fleet('pause');
    expect(paused.stderr).toMatch(/^InvalidInput: ended is not running \(COMPLETED\); .*\n$/);
    expect(paused.status).toBe(2);
  });

  it('says what it cannot find, and which fleet was the last', async () => {
    await endedFleet('the-last');
    const { status, stderr } = await place.moveout('fleet', 'status', '--id=nobody');
    expect(stderr).toBe(
      'InvalidInput: there is no fleet with the workflow id nobody; no fleet is running, the last one was the-last\n',
    );
    expect(status).toBe(2);
  });

  it('says which limits it cannot take', async () => {
    const empty = await place.moveout('fleet', 'limits');
    expect(empty.stderr).toContain('needs a limit to change');
    const wrong = await place.moveout('fleet', 'limits', '--concurrency=0');
    expect(wrong.stderr).toBe('InvalidInput: --concurrency must be a whole number from 1 to 500\n');
    expect([empty, wrong].map(({ status }) => status)).toEqual([2, 2]);
  });
});
