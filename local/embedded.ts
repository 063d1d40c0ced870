import { randomUUID } from 'node:crypto';
import type { Configuration } from '../worker/config';
import { loadConfiguration } from '../worker/config';
import { connectWorker } from '../worker/connect';
import { createWorker, type WorkerPlace } from '../worker/create-worker';
import { installLogger } from '../worker/logger';
import type { Workers } from '../worker/workers';
import { configuredTemporal, type Reachable } from '../temporal/settings';
import { connectClient } from '../temporal/connect';
import { joinServer, type Joining } from './embedded/join';
import { openStateFolder, stateFolder } from './embedded/state-folder';
import type { Places, Session } from '../client/session';
import { taskQueueOf } from '../client/task-queue';

export { runWorker } from '../worker/main';

/** How a session with a worker of its own is opened. */
export interface OwnWorker {
  readonly places: Places;
  readonly log: (line: string) => void;
  /** Wraps the worker's activities; the demo injects a failure here. */
  readonly wrap?: WorkerPlace['wrap'];
}

/** A Temporal server in reach, and how to detach. */
interface ServerReach extends Reachable {
  readonly webUi?: string;
  readonly others: readonly string[];
  readonly leave: () => Promise<void>;
}

/**
 * Opens a session whose worker runs in this process: on the configured Temporal, else on a local one
 * that is shared by all scripts with the same state folder and ends with the last of them. A wrong
 * configuration rejects with a `ConfigError` before anything is started.
 */
export async function openWithOwnWorker(own: OwnWorker): Promise<Session> {
  const { log } = own;
  const configuration = loadConfiguration(process.env, own.places);
  const state = stateFolder(process.env);
  openStateFolder(state);
  const script = randomUUID();
  const configured = configuredTemporal(process.env);
  const reach =
    configured === undefined
      ? await localReach({ state, script, log })
      : { ...configured, others: [], leave: () => Promise.resolve() };
  try {
    const log = state.workerLog;
    const places = configured === undefined ? localPlaces(own.places) : own.places;
    return await startWorking({ ...own, places }, { configuration, reach, script, log });
  } catch (error) {
    await reach.leave();
    throw error;
  }
}

/** Scripts that share a local server may have different configurations, by the environment as well. */
function localPlaces(places: Places): Places {
  const { MOVEOUT_CONFIG: named = '' } = process.env;
  return named === '' ? places : { ...places, config: places.config ?? named };
}

async function localReach(joining: Joining): Promise<ServerReach> {
  const { address, uiUrl, others, leave } = await joinServer(joining);
  return { connectionOptions: { address }, namespace: 'default', webUi: uiUrl, others, leave };
}

interface WorkerGround {
  readonly configuration: Configuration;
  readonly reach: ServerReach;
  readonly script: string;
  /** Where the worker's log goes. */
  readonly log: string;
}

async function startWorking(own: OwnWorker, ground: WorkerGround): Promise<Session> {
  const { reach, configuration, script, log } = ground;
  const { namespace } = reach;
  const taskQueue = taskQueueOf(own.places, process.env);
  const client = await connectClient(reach);
  // From here on the process lives until the worker's connection is closed.
  installLogger({ to: log, shutdownSignals: [] });
  const connection = await connectWorker(reach);
  const wrap = own.wrap === undefined ? {} : { wrap: own.wrap };
  const place = { connection, namespace, taskQueue, configuration, ...wrap };
  const worker = await createWorker(place).catch(async (error: unknown) => {
    await connection.close();
    throw error;
  });
  const ended = worker.run();
  const close = async (): Promise<void> => {
    await stop(worker, ended);
    await client.connection.close();
    await connection.close();
    await reach.leave();
  };
  return {
    client,
    server: reach.connectionOptions.address,
    taskQueue,
    webUi: reach.webUi,
    script,
    others: reach.others,
    isOwnWorker: true,
    broken: brokenWhen(ended),
    close,
  };
}

async function stop(worker: Workers, ended: Promise<void>): Promise<void> {
  worker.shutdown();
  // `broken` has said a failure of the worker.
  await ended.catch(() => undefined);
}

/** Only a failure of the worker is news; its orderly end is not. */
function brokenWhen(ended: Promise<void>): Promise<never> {
  const broken = new Promise<never>((_resolve, reject) => {
    ended.catch(reject);
  });
  // Whoever races it gets to know; no one does before a run is followed.
  broken.catch(() => undefined);
  return broken;
}
