import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { createActivities, type Activities } from '../activities';
import { BackupStore } from '../activities/backup/store';
import type { Configuration } from './config';
import { ensureSearchAttributes } from './search-attributes';

/** Where a worker gets its work, and what it may do. */
export interface WorkerPlace {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly configuration: Configuration;
  /** Wraps the activities; tests inject failures here. */
  readonly wrap?: (activities: Activities) => Activities;
}

/** A worker keeps this many workflows in memory; a migration is small. */
const CACHED_WORKFLOWS = 100;

/** Makes a worker with the search attributes ensured and the resources bound; `run` starts it. */
export async function createWorker(place: WorkerPlace): Promise<Worker> {
  await ensureSearchAttributes(place.connection, place.namespace);
  const { settings, resolveUrl } = place.configuration;
  const store = new BackupStore(settings.backup.directory);
  const activities = createActivities({ settings, resolveUrl, store });
  return Worker.create({
    connection: place.connection,
    namespace: place.namespace,
    taskQueue: place.taskQueue,
    activities: place.wrap === undefined ? activities : place.wrap(activities),
    ...workflowCode(),
    maxCachedWorkflows: CACHED_WORKFLOWS,
    shutdownGraceTime: '2s',
    shutdownForceTime: '20s',
    // Cancellation reaches an activity with a heartbeat, so those must not be held back for long.
    maxHeartbeatThrottleInterval: '2s',
    defaultHeartbeatThrottleInterval: '2s',
  });
}

/** The bundle that the build made, else the workflows' own code, bundled now. */
function workflowCode(): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const codePath = join(__dirname, '..', 'workflow-bundle.js');
  if (existsSync(codePath)) return { workflowBundle: { codePath } };
  return { workflowsPath: require.resolve('../workflows') };
}
