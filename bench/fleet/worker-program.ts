import { join } from 'node:path';
import { loadConfiguration } from '../../worker/config';
import { configuredConnection, connectWorker } from '../../worker/connect';
import { createWorker } from '../../worker/create-worker';
import { installLogger } from '../../worker/logger';

/** Runs moveout's worker with the bench's workflows beside its own. */
async function main(): Promise<void> {
  installLogger();
  const configuration = loadConfiguration(process.env);
  const { connectionOptions, namespace } = configuredConnection();
  const connection = await connectWorker(connectionOptions);
  const taskQueue = process.env['MOVEOUT_TASK_QUEUE'] ?? '';
  const workflowsPath = join(__dirname, 'workflows.js');
  const worker = await createWorker({
    ...{ connection, namespace, taskQueue, configuration, workflowsPath },
  });
  // The bench holds the other end of the channel: gone, there is nobody to work for.
  process.once('disconnect', () => {
    process.exit();
  });
  await worker.run();
  await connection.close();
  process.disconnect();
}

void main();
