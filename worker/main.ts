import { TASK_QUEUE } from '../workflows/domain/names';
import { loadConfiguration } from './config';
import { configuredConnection, connectWorker } from './connect';
import { createWorker } from './create-worker';
import { deploymentIn } from './deployment';
import { installLogger } from './logger';
import { beginProgram } from './program';

/** Runs a worker against the configured Temporal until it is asked to stop (SIGINT, SIGTERM). */
export async function runWorker(): Promise<void> {
  const logger = installLogger();
  const configuration = loadConfiguration(process.env);
  const deployment = deploymentIn(process.env);
  const { connectionOptions, namespace } = configuredConnection();
  const connection = await connectWorker(connectionOptions);
  const taskQueue = process.env['MOVEOUT_TASK_QUEUE'] ?? TASK_QUEUE;
  try {
    const worker = await createWorker({
      ...{ connection, namespace, taskQueue, configuration, deployment },
    });
    const { source, target, backup } = configuration.settings;
    logger.info('worker started', {
      taskQueue,
      namespace,
      source,
      target,
      backups: backup.directory,
    });
    await worker.run();
  } finally {
    await connection.close();
  }
}

if (require.main === module) {
  beginProgram();
  runWorker().then(
    () => void (process.exitCode = 0),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 2;
    },
  );
}
