import path from 'node:path';
import { rm } from 'node:fs/promises';
import type { Report } from '../../workflows/domain/report';
import { startWorker } from '../../test/support/worker/own-worker';
import { MOVED_PROJECT } from '../source/source-spec';
import type { Move, BenchMover, MoveOrder } from './mover';
import type { MoveoutName } from './names';
import { untilWorking } from './until-working';

const FORMAT_OF = { 'moveout-copy': 'copy', 'moveout-json': 'json' } as const;

/** How the studio's projects are told apart. */
const TENANCY = {
  users: { by: 'app-metadata', key: 'project_ref' },
  buckets: { by: 'id-prefix', separator: '-' },
} as const;

let moves = 0;

/** `migrateProject` by a new worker that is idle when the time begins: planned, backed up, loaded and verified. */
export function moveout(name: MoveoutName, version: string, own: Settings = {}): BenchMover {
  const format = FORMAT_OF[name];
  return { name, version, move: (order) => moveByNewWorker(order, format, own) };
}

/** Further settings of the worker. */
type Settings = Readonly<Record<string, unknown>>;

async function moveByNewWorker(
  order: MoveOrder,
  format: 'copy' | 'json',
  own: Settings,
): Promise<Move> {
  const { ground, source, watch } = order;
  moves += 1;
  const taskQueue = `bench-${moves}`;
  const backups = path.join(ground.folder, taskQueue);
  const worker = startWorker({
    ...{ name: taskQueue, taskQueue, folder: ground.folder },
    sourceUrl: ground.url(source),
    temporal: ground.temporal.address,
    settings: { tenancy: TENANCY, backup: { directory: backups, format }, ...own },
  });
  try {
    await untilWorking(ground, taskQueue);
    watch.add({ kind: 'worker', name: 'worker', pid: worker.pid }, 'running');
    return await migrate(order, taskQueue);
  } finally {
    await worker.stop(order.signal.aborted ? 'SIGKILL' : 'SIGTERM');
    await rm(backups, { recursive: true, force: true });
  }
}

async function migrate({ ground, target, watch }: MoveOrder, taskQueue: string): Promise<Move> {
  const started = performance.now();
  const report = await ground.client.workflow.execute<(input: unknown) => Promise<Report>>(
    'migrateProject',
    {
      taskQueue,
      workflowId: `bench/${taskQueue}`,
      args: [{ projectRef: MOVED_PROJECT, databaseName: target, ownerUserId: 'bench' }],
    },
  );
  const seconds = (performance.now() - started) / 1000;
  watch.stop();
  if (report.outcome !== 'migrated')
    throw new Error(`moveout ended with ${report.outcome}: ${report.problems[0]?.message ?? ''}`);
  const rows = report.tables.reduce((sum, table) => sum + table.rows, 0);
  return {
    seconds,
    steps: report.steps.map(({ step, seconds: took }) => ({ step, seconds: took })),
    rows,
  };
}
