import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { Activities } from '../../activities';
import { createWorker } from '../../worker/create-worker';
import type { Workers } from '../../worker/workers';
import { EVENTS_PER_ROUND, hostWait, TIMING, type Timing } from '../../workflows/domain/timing';
import { plainSettings } from '../support/harness/plain-settings';
import { stubActivities } from '../support/harness/stub-activities';
import { someProjects } from '../support/harness/stubbed-fleet';
import { until } from '../support/until';
import { bundledWorkflows } from '../support/harness/bundled-workflows';

const DAY = 24 * 60 * 60 * 1_000;

/** At this many events the server terminates a run. */
const MOST_EVENTS = 51_200;

/** What a configuration may set at least. */
const LEAST_SILENCE = 3_000;

/** The events that a run adds within each of its first days while it waits for a host. */
function eventsByDay(timing: Timing, days: number): readonly number[] {
  const events = Array.from({ length: days }, () => 0);
  for (let round = 0, at = 0; at < days * DAY; at += hostWait(timing, round), round += 1) {
    const day = Math.floor(at / DAY);
    events[day] = (events[day] ?? 0) + EVENTS_PER_ROUND;
  }
  return events;
}

describe('a run that waits for a lost host', () => {
  it.each([TIMING.silence, LEAST_SILENCE])(
    'adds a bounded number of events a day, by the length of its rounds: silence of %s ms',
    (silence) => {
      const [first = 0, ...later] = eventsByDay({ ...TIMING, silence }, 3_650);
      expect(first).toBeLessThanOrEqual(75);
      expect(Math.max(...later)).toBeLessThanOrEqual(10);
      expect(first + later.reduce((sum, events) => sum + events, 0)).toBeLessThan(MOST_EVENTS);
    },
  );

  describe('on a real server', () => {
    const taskQueue = `lost-${randomUUID()}`;
    let temporal: Client;
    let connection: NativeConnection;
    let worker: Workers;
    let running: Promise<void>;
    beforeAll(async () => {
      Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
      const address = process.env['MOVEOUT_TEST_TEMPORAL_ADDRESS'] ?? '';
      connection = await NativeConnection.connect({ address });
      temporal = new Client({ connection: await Connection.connect({ address }) });
      const settings = plainSettings({ backup: { directory: '/nonexistent', format: 'auto' } });
      worker = await createWorker({
        ...{ connection, namespace: 'default', taskQueue },
        workflows: bundledWorkflows(),
        configuration: { settings, resolveUrl: () => '' },
        wrap: planningFor('lost'),
      });
      running = worker.run();
    });
    afterAll(async () => {
      worker.shutdown();
      await running;
      await temporal.connection.close();
      await connection.close();
    });

    it('adds that many events in each round, and says what it waits for', async () => {
      const handle = await temporal.workflow.start('migrateProject', {
        ...{ taskQueue, workflowId: `lost-${randomUUID()}` },
        args: [{ projectRef: 'waits-for-it', databaseName: 'waits_for_it' }],
      });
      let rounds: readonly number[] = [];
      await until('three rounds', async () => {
        rounds = await schedulings(handle, 'backupProject');
        return rounds.length > 3;
      });
      expect(rounds.slice(1).map((id, index) => id - (rounds[index] ?? 0))).toEqual(
        rounds.slice(1).map(() => EVENTS_PER_ROUND),
      );
      expect(await handle.query('progress')).toMatchObject({
        awaited: { host: 'lost', activity: 'backupProject' },
      });
      await handle.terminate();
    });
  });
});

/** Activities that touch nothing, with plans whose backup is at a host that has no worker. */
function planningFor(host: string): () => Activities {
  const [project] = someProjects(1);
  const ground = {
    projects: project === undefined ? [] : [project],
    migrating: () => Promise.resolve(),
    window: () => ({ isOpen: true, changesAt: Number.MAX_SAFE_INTEGER }),
    reading: () => Promise.resolve(),
    routes: [],
    preparing: () => Promise.resolve(),
    records: new Map(),
  };
  const stubs = stubActivities(ground);
  const timing = { ...TIMING, silence: 200 };
  return () => ({
    ...stubs,
    planMigration: async (input) => ({ ...(await stubs.planMigration(input)), host, timing }),
  });
}

/** The ids of the events that schedule an activity. */
async function schedulings(handle: WorkflowHandle, name: string): Promise<readonly number[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ eventId, activityTaskScheduledEventAttributes: scheduled }) =>
    scheduled?.activityType?.name === name ? [Number(eventId)] : [],
  );
}
