import type { Client } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { configuredTemporal, type Reachable } from '../temporal/settings';
import { connectClient } from '../temporal/connect';
import { isPrivate, taskQueueOf } from './task-queue';
import { KnownError } from '../workflows/domain/known-error';

/** Where the flags say that things are. */
export interface Places {
  readonly connectionString?: string | undefined;
  readonly backupDirectory?: string | undefined;
  readonly config?: string | undefined;
}

/** A way to Temporal, and to a worker that does what is asked there. */
export interface Session {
  readonly client: Client;
  /** `host:port` of the server, or what the profile says. */
  readonly server: string;
  readonly taskQueue: string;
  /** The local server's Web UI, where this script brought one up or shares one. */
  readonly webUi?: string | undefined;
  /** What this script is called in the memo of the runs that it starts. */
  readonly script: string;
  /** The living scripts that share a local server; runs of others were left behind. */
  readonly others: readonly string[];
  readonly isOwnWorker: boolean;
  /** Rejects when the worker of this process fails; pending otherwise. */
  readonly broken: Promise<never>;
  /** Lets running steps of this process stop, and takes down what this script alone used. */
  close(): Promise<void>;
}

/**
 * Opens the session that the environment and the flags ask for: with a worker in this process unless
 * a Temporal is configured and no flag names a place that only this process can know.
 */
export async function openSession(places: Places, log: (line: string) => void): Promise<Session> {
  const reachable = configuredTemporal(process.env);
  if (reachable !== undefined && !isPrivate(places)) return openConfigured(reachable);
  const { openWithOwnWorker } = await import('../local/embedded.js');
  return openWithOwnWorker({ places, log });
}

async function openConfigured(reachable: Reachable): Promise<Session> {
  const { namespace, connectionOptions } = reachable;
  const { address } = connectionOptions;
  const client = await connectClient(reachable);
  const taskQueue = taskQueueOf({}, process.env);
  const close = (): Promise<void> => client.connection.close();
  const session = { client, server: address, taskQueue, script: randomUUID(), others: [] };
  if (await hasWorker(session)) {
    return { ...session, isOwnWorker: false, broken: new Promise(() => undefined), close };
  }
  await close();
  throw new KnownError(
    'ServerUnavailable',
    `no worker polls the task queue "${taskQueue}" of ${address} (namespace ${namespace}): ` +
      'nothing was started. Start one with `moveout worker`, or name its queue in MOVEOUT_TASK_QUEUE',
  );
}

/** Whether a worker has asked for workflow tasks on the queue within the last minutes. */
async function hasWorker({
  client,
  taskQueue,
}: Pick<Session, 'client' | 'taskQueue'>): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
  });
  return pollers.length > 0;
}
