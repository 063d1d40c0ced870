// A worker in a process of its own, to be killed and stopped. Its parent sends the orders as the first
// message and answers at every gate; when the parent goes, it goes.
import { NativeConnection } from '@temporalio/worker';
import { createWorker } from '../../../worker/create-worker';
import { installLogger } from '../../../worker/logger';
import { TASK_QUEUE } from '../../../workflows/domain/names';
import { NO_SCOPES } from '../../../workflows/domain/scopes';
import type { Settings } from '../../../workflows/domain/settings';
import { Gates } from './gated';
import { answerSchema, ordersSchema, type Note, type Orders } from './messages';

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
      settings: settingsOf(orders),
      resolveUrl: (name) => orders.urls[name] ?? '',
    },
    wrap: (activities) => gates.around(activities),
  });
  say({ kind: 'ready' });
  await worker.run();
}

function settingsOf({ backups, format, timing }: Orders): Settings {
  return {
    source: 'shared',
    target: 'projects',
    tenancy: {
      users: { by: 'app-metadata', key: 'project_ref' },
      buckets: { by: 'id-prefix', separator: '-' },
    },
    scopes: NO_SCOPES,
    createRoles: false,
    projects: undefined,
    backup: { directory: backups, format },
    timing,
    fleet: { limits: {} },
  };
}

process.once('disconnect', () => process.exit());
process.once('message', (message) => {
  work(ordersSchema.parse(message)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : String(error)}\n`);
    process.exit(1);
  });
});
