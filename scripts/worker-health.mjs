// Exits 0 when a worker of this machine has asked the Temporal server for work within the last
// minutes: the health check of the container, where one worker is all that runs.
import { hostname } from 'node:os';
import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

const TASK_QUEUE = 'moveout';
const WORKFLOW_TASKS = 1;

async function hasPoller() {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const connection = await Connection.connect(connectionOptions);
  try {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: TASK_QUEUE },
      taskQueueType: WORKFLOW_TASKS,
    });
    return pollers.some(({ identity }) => identity.includes(hostname()));
  } finally {
    await connection.close();
  }
}

if (!(await hasPoller())) {
  process.stderr.write(`no worker of ${hostname()} polls the task queue ${TASK_QUEUE}\n`);
  process.exitCode = 1;
}
