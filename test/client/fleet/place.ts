import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import {
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { ensureSearchAttributes } from '../../../worker/search-attributes';
import { given } from '../../ground/given';
import { ownNamespace } from '../../support/temporal/own-namespace';
import { runScript, startScript, type Outcome, type Running, type Surroundings } from '../script';

/** A task queue of the tests' Temporal with a worker of the test's own, and the programs that use it. */
export interface FleetPlace {
  readonly client: Client;
  readonly namespace: string;
  readonly taskQueue: string;
  /** Makes a name that no other test has. */
  readonly name: (of: string) => string;
  readonly moveout: (...args: readonly string[]) => Promise<Outcome>;
  readonly startMoveout: (...args: readonly string[]) => Running;
  readonly close: () => Promise<void>;
}

/** Runs a worker in this process, in a namespace of its own, with the given code. */
export async function fleetPlace(
  code: Pick<WorkerOptions, 'workflowsPath' | 'workflowBundle' | 'activities'>,
): Promise<FleetPlace> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const address = given('MOVEOUT_TEST_TEMPORAL_ADDRESS');
  const suffix = randomBytes(4).toString('hex');
  const taskQueue = `moveout-fleet-${suffix}`;
  const connection = await NativeConnection.connect({ address });
  const namespace = await ownNamespace('fleets');
  await ensureSearchAttributes(connection, namespace);
  const own = await Connection.connect({ address });
  const worker = await Worker.create({ connection, namespace, taskQueue, ...code });
  const running = worker.run();
  const surroundings: Surroundings = {
    ...{ cwd: process.cwd(), program: 'main' as const },
    env: {
      ...{ TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace },
      MOVEOUT_TASK_QUEUE: taskQueue,
    },
  };
  return {
    client: new Client({ connection: own, namespace }),
    namespace,
    taskQueue,
    name: (of) => `${of}-${suffix}`,
    moveout: (...args) => runScript(args, surroundings),
    startMoveout: (...args) => startScript(args, surroundings),
    close: async () => {
      worker.shutdown();
      await running;
      await own.close();
      await connection.close();
    },
  };
}
