import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { Activities } from '../../../activities';
import { createWorker, type WorkerPlace } from '../../../worker/create-worker';
import { urlOf } from '../../support/harness/databases';
import { before, Interventions } from '../../support/harness/interventions';
import type { TestProject, Testbed } from '../../support/harness/testbed';
import type { AddedStep } from './variants/added-step';
import type { Gate } from './gate';
import { bundledWorkflows } from '../../support/harness/bundled-workflows';

/** One worker's turn: its workflows, its activities, and the deployment version that it calls itself. */
export type Version = Pick<WorkerPlace, 'workflows' | 'deployment' | 'wrap'>;

/** Workers of different versions at one task queue of their own. */
export interface Shifts {
  /** The databases for which the added step was run. */
  readonly noted: readonly string[];
  /** Starts a worker; gives what ends it, which waits until its steps have ended. */
  begin(version?: Version): Promise<() => Promise<void>>;
  /** Starts a migration that stands still at the gate in the middle of `migrateAuth`, where one is given. */
  migrate(project: TestProject, gate?: Gate): Promise<WorkflowHandle>;
  close(): Promise<void>;
}

const unchanged = (activities: Activities): Activities => activities;

/** Opens a task queue for shifts over the testbed's studio. */
export async function openShifts(bed: Testbed): Promise<Shifts> {
  const address = process.env['MOVEOUT_TEST_TEMPORAL_ADDRESS'] ?? '';
  const connection = await NativeConnection.connect({ address });
  const taskQueue = `shifts-${randomUUID()}`;
  const interventions = new Interventions();
  const noted: string[] = [];
  const leaving = new Set<() => Promise<void>>();
  const added: AddedStep = { noteSchema: (database) => Promise.resolve(void noted.push(database)) };
  const configuration = {
    settings: bed.configured.settings,
    resolveUrl: (name: string) => bed.configured.urls[name] ?? urlOf('postgres'),
  };
  return {
    noted,
    begin: async ({ wrap = unchanged, ...version } = {}) => {
      const worker = await createWorker({
        connection,
        namespace: 'default',
        taskQueue,
        configuration,
        workflows: bundledWorkflows(),
        wrap: (activities) => ({ ...interventions.wrap(wrap(activities)), ...added }),
        ...version,
      });
      const ended = worker.run();
      const leave = (): Promise<void> => {
        if (leaving.delete(leave)) worker.shutdown();
        return ended;
      };
      leaving.add(leave);
      return leave;
    },
    migrate: (project, gate) => {
      const workflowId = `migrateProject-${randomUUID()}`;
      const hold = before('migrateAuth', async () => gate?.close(project.databaseName));
      interventions.set(workflowId, hold);
      return bed.temporal.workflow.start('migrateProject', {
        args: [project],
        workflowId,
        taskQueue,
        workflowExecutionTimeout: '110 seconds',
      });
    },
    close: async () => {
      await Promise.all([...leaving].map((leave) => leave()));
      await connection.close();
    },
  };
}
