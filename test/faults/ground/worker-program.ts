// A worker in a process of its own, to be killed and stopped. Its parent sends the orders as the first
// message and answers at every gate; when the parent goes, it goes.
import { NativeConnection } from '@temporalio/worker';
import { createWorker } from '../../../worker/create-worker';
import { installLogger } from '../../../worker/logger';
import { TASK_QUEUE } from '../../../workflows/domain/names';
import { Gates } from './gated';
import { answerSchema, ordersSchema, type Note, type Orders } from './messages';
import { plainSettings } from '../../support/harness/plain-settings';

const say = (note: Note): void => {
  if (process.connected) process.send?.(note);
};

async function work(orders: Orders): Promise<void> {
  installLogger({ to: orders.logFile, shutdownSignals: [] });
  const gates = new Gates(say);
  gates.beforeSessions();
  process.on('message', (message) => {
    const answer = answerSchema.safeParse(message);
    if (answer.success) gates.answer(answer.data);
  });
  const worker = await createWorker({
    connection: await NativeConnection.connect({ address: orders.address }),
    namespace: 'default',
    taskQueue: orders.taskQueue ?? TASK_QUEUE,
    configuration: {
      settings: plainSettings({
        backup: { directory: orders.backups, format: orders.format },
        timing: orders.timing,
      }),
      resolveUrl: (name) => orders.urls[name] ?? '',
    },
    wrap: (activities) => gates.around(activities),
  });
  say({ kind: 'ready' });
  await worker.run();
}

process.once('disconnect', () => process.exit());
process.once('message', (message) => {
  work(ordersSchema.parse(message)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : String(error)}\n`);
    process.exit(1);
  });
});
