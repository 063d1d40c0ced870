import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkerDeploymentVersion } from '@temporalio/common';
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { createActivities, type Activities } from '../activities';
import { BackupStore } from '../activities/disk/backup/store';
import { SessionPool } from '../activities/postgres/session/pool';
import { ServerMemory } from '../activities/postgres/session/session';
import { hostQueueOf } from '../workflows/domain/names';
import { closedErrors } from './activity-errors';
import type { Configuration } from './config';
import { HostQueue } from './host-queue';
import { ensureSearchAttributes } from './search-attributes';
import { Workers } from './workers';

/** Where a worker gets its work, and what it may do. */
export interface WorkerPlace {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly configuration: Configuration;
  /** Wraps the activities; tests inject failures here. */
  readonly wrap?: (activities: Activities) => Activities;
  /** The version that this worker runs; with it, a run stays on the version that it began on. */
  readonly deployment?: WorkerDeploymentVersion | undefined;
  /** The workflows' code, if not the build's; tests give a bundle of theirs, or a changed version. */
  readonly workflows?: WorkflowCode;
}

type WorkflowCode = Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'>;

/** A worker keeps this many workflows in memory: what it works on, and some that wait. */
const CACHED_WORKFLOWS = 60;

/**
 * A step has at most five sessions open on a server; so a worker never uses more than fifty there, besides
 * those of the pool that wait.
 */
const STEPS_AT_A_TIME = 10;

/**
 * Makes the workers of the common task queue and of the host's, with the search attributes ensured and
 * the resources bound; `run` starts them.
 */
export async function createWorker(place: WorkerPlace): Promise<Workers> {
  await ensureSearchAttributes(place.connection, place.namespace);
  const { settings, resolveUrl } = place.configuration;
  const store = new BackupStore(settings.backup.directory);
  const { directory, host: name } = settings.backup;
  const create = (id: string): Promise<Worker> =>
    Worker.create({ ...shared, taskQueue: hostQueueOf(place.taskQueue, id) });
  const host = new HostQueue({ directory, name, create }, () => workers.shutdown());
  const pool = new SessionPool();
  const memory = new ServerMemory();
  const activities = createActivities({ settings, resolveUrl, store, host, pool, memory });
  const shared = {
    ...optionsOf(place),
    activities: place.wrap === undefined ? activities : place.wrap(activities),
  };
  const common = await Worker.create({
    ...shared,
    taskQueue: place.taskQueue,
    ...workflowCode(place),
    maxCachedWorkflows: CACHED_WORKFLOWS,
  });
  const workers = new Workers(common, host, pool);
  return workers;
}

/** What workers of both queues have in common. */
function optionsOf(place: WorkerPlace): Omit<WorkerOptions, 'taskQueue'> {
  return {
    connection: place.connection,
    namespace: place.namespace,
    ...versionOf(place),
    interceptors: { activity: [closedErrors] },
    maxConcurrentActivityTaskExecutions: STEPS_AT_A_TIME,
    shutdownGraceTime: '2s',
    shutdownForceTime: '20s',
    // Cancellation reaches an activity with a heartbeat, so those must not be held back for long.
    maxHeartbeatThrottleInterval: '2s',
    defaultHeartbeatThrottleInterval: '2s',
  };
}

/** The bundle that the build made, else the workflows' own code, bundled now. */
function workflowCode({ workflows }: WorkerPlace): WorkflowCode {
  if (workflows !== undefined) return workflows;
  const codePath = join(__dirname, '..', 'workflow-bundle.js');
  if (existsSync(codePath)) return { workflowBundle: { codePath } };
  return { workflowsPath: require.resolve('../workflows') };
}

/** A worker without a version takes any run; one with a version only those that are pinned to it. */
function versionOf({ deployment }: WorkerPlace): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (deployment === undefined) return {};
  return {
    workerDeploymentOptions: {
      version: deployment,
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'PINNED',
    },
  };
}
