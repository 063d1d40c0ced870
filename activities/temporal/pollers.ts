import type { Client } from '@temporalio/client';

/** Temporal's number for the type (`temporal.api.enums.v1.TaskQueueType`). */
const OF_ACTIVITIES = { taskQueueType: 2 };

type Description = Parameters<Client['workflowService']['describeTaskQueue']>[0];

/** Whether a worker has asked for activities on the task queue within the last minutes. */
export async function isServed(client: Client, taskQueue: string): Promise<boolean> {
  const { namespace } = client.options;
  const asked: Description = { namespace, taskQueue: { name: taskQueue } };
  Object.assign(asked, OF_ACTIVITIES);
  const { pollers } = await client.workflowService.describeTaskQueue(asked);
  return pollers.length > 0;
}
