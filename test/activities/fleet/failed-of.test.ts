import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDevServer, type DevServer } from '../../../local/temporal-cli';
import type { FleetProject } from '../../../workflows/domain/fleet';
import { until } from '../../support/until';
import { openTestbed, type Testbed } from '../../support/harness/testbed';
import { FleetBench, nextFleetId } from './fleet-bench';
import { attribute, FleetHistory, ghost, IDLE } from './fleet-history';

describe('freezeFleet of what failed', () => {
  let server: DevServer;
  let folder: string;
  let bed: Testbed;
  let bench: FleetBench;
  let history: FleetHistory;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'moveout-failed-'));
    const cli = process.env['MOVEOUT_TEST_TEMPORAL_CLI'] ?? '';
    const logFile = join(folder, 'temporal.log');
    server = await startDevServer({ cli, ip: '127.0.0.1', namespace: 'default', logFile });
    process.env['MOVEOUT_TEST_TEMPORAL_ADDRESS'] = server.address;
    bed = await openTestbed();
    bench = await FleetBench.open(bed.source);
    history = await FleetHistory.make(bed, bench);
  });
  afterAll(async () => {
    await bench.close();
    await bed.close();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  /** The kinds of projects that are tried again, each with its reason. */
  async function retried(failedOf: string): Promise<ReadonlyMap<string, FleetProject>> {
    const list = [...history.projects.values()].map(
      ({ projectRef: ref, databaseName: database }) => ({
        ref,
        database,
      }),
    );
    const settings = failedOf === 'any' ? { projects: { list: list.slice(0, 3) } } : {};
    const frozen = await bench.freeze(settings, { failedOf }, { client: bed.temporal });
    const kinds = new Map(
      [...history.projects].map(([kind, { projectRef }]) => [projectRef, kind]),
    );
    const found = await bench.list(frozen);
    return new Map(found.map((project) => [kinds.get(project.ref) ?? project.ref, project]));
  }

  const FAILED = ['cancelled', 'forgotten', 'parked', 'refused', 'restored'];
  const ENDED = ['terminated', 'timed-out', 'unknown'];

  it('takes what a fleet left undone, however it ended, and never what is done or running', async () => {
    const found = await retried(history.fleetId);
    expect([...found.keys()].sort()).toEqual([...FAILED, ...ENDED]);
    expect(found.get('restored')).toMatchObject({ source: 'shared', target: 'projects', rows: 38 });
  });

  it('says of each how its last migration ended', async () => {
    const found = await retried(history.fleetId);
    const reason = (kind: string): string => found.get(kind)?.reason ?? '';
    expect(reason('restored')).toMatch(/^restored: .*injected before initSchema/);
    expect(reason('refused')).toMatch(/^refused: .*injected before planMigration/);
    expect(reason('cancelled')).toMatch(/^cancelled: /);
    expect(reason('terminated')).toBe('terminated: an accident');
    expect(reason('timed-out')).toMatch(/^timed out: /);
    expect(reason('parked')).toMatch(/^parked: /);
    expect(reason('unknown')).toMatch(/^unknown: /);
    expect(reason('forgotten')).toMatch(/^restored: it was long .*…$/);
    expect(reason('forgotten')).toHaveLength(300);
  });

  it('takes what failed in any run, with what the configuration, else the run, says of it', async () => {
    const found = await retried('any');
    expect([...found.keys()].sort()).toEqual([...FAILED, ...ENDED]);
    const { projectRef, databaseName } = history.named('terminated');
    expect(found.get('terminated')).toMatchObject({ ref: projectRef, database: databaseName });
  });

  it('leaves projects alone that a running fleet has not come to yet', async () => {
    const running = nextFleetId();
    await history.writeFolder(running, [ghost('waiting')], {});
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

  it('counts as migrated what has been fixed since, not what was done in the fleet itself', async () => {
    const frozen = await bench.freeze({}, { failedOf: history.fleetId }, { client: bed.temporal });
    const fixed = [history.named('fixed').projectRef, history.named('migrated').projectRef].sort();
    expect(await bench.doneRefs(frozen)).toEqual(fixed);
  });

  it('refuses a fleet that is not there', async () => {
    const failedOf = 'fleet_1_00000000';
    const refused = bench.freeze({}, { failedOf }, { client: bed.temporal });
    await expect(refused).rejects.toMatchObject({ type: 'NotFound' });
  });
});
