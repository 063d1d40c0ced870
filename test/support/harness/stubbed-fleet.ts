import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { FleetProgress, FleetProject } from '../../../workflows/domain/fleet';
import { createWorker } from '../../../worker/create-worker';
import { stubActivities, type StubGround } from './stub-activities';
import { plainSettings } from './plain-settings';
import { bundledWorkflows } from './bundled-workflows';

/** Real workflows on a real Temporal server, with activities that touch nothing. */
export interface StubbedFleet {
  readonly temporal: Client;
  readonly ground: StubGround;
  readonly start: (input: object) => Promise<WorkflowHandle>;
  readonly close: () => Promise<void>;
}

/** Opens one; its inventory is empty and its migrations succeed at once. */
export async function openStubbedFleet(): Promise<StubbedFleet> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const address = process.env['MOVEOUT_TEST_TEMPORAL_ADDRESS'] ?? '';
  const [connection, clientConnection] = await Promise.all([
    NativeConnection.connect({ address }),
    Connection.connect({ address }),
  ]);
  const temporal = new Client({ connection: clientConnection });
  const ground: StubGround = {
    projects: [],
    migrating: () => Promise.resolve(),
    window: () => ({ isOpen: true, changesAt: Number.MAX_SAFE_INTEGER }),
    reading: () => Promise.resolve(),
    routes: [{ source: 'shared', target: 'projects' }],
    preparing: () => Promise.resolve(),
    records: new Map(),
  };
  const taskQueue = `fleet-${randomUUID()}`;
  const worker = await createWorker({
    ...{ connection, namespace: 'default', taskQueue },
    workflows: bundledWorkflows(),
    configuration: { settings: SETTINGS, resolveUrl: () => '' },
    wrap: () => stubActivities(ground),
  });
  const running = worker.run();
  return {
    temporal,
    ground,
    start: (input) =>
      temporal.workflow.start('migrateAll', {
        ...{ taskQueue, workflowId: `fleet-${randomUUID()}`, args: [input] },
      }),
    close: async () => {
      worker.shutdown();
      await running;
      await clientConnection.close();
      await connection.close();
    },
  };
}

const SETTINGS = plainSettings({ backup: { directory: '/nonexistent', format: 'auto' } });

/** So many projects of their own, from one source into one target server. */
export function someProjects(
  count: number,
  change: Partial<FleetProject> = {},
): readonly FleetProject[] {
  const run = randomUUID().slice(0, 8);
  return Array.from({ length: count }, (_, index) => ({
    ref: `p${String(index)}-${run}`,
    database: `p${String(index)}_${run}`,
    ...{ source: 'shared', target: 'projects', rows: 10 },
    ...change,
  }));
}

/** The answer to a fleet's query. */
export function progressOf(handle: WorkflowHandle): Promise<FleetProgress> {
  return handle.query<FleetProgress>('progress');
}
