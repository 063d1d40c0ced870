import path from 'node:path';
import { PROJECTS, TENANCY } from '../../studio/many-projects';
import { startWorker, type WorkerProcess } from '../../test/support/worker/own-worker';
import type { BenchGround } from '../ground/ground';
import { untilWorking } from '../movers/until-working';
import type { BenchRun } from '../run-interruptibly';
import { SOURCE_DATABASE } from '../source/kept-cluster';
import type { FleetFormat } from './formats';

export const BENCH_TASK_QUEUE = 'bench-fleet';

/** Starts a worker for the projects of a fleet's source, and waits until it works. */
export async function startFleetWorker(
  { cleanup, signal }: BenchRun,
  ground: BenchGround,
  format: FleetFormat,
): Promise<WorkerProcess> {
  const { folder, temporal, url } = ground;
  const worker = startWorker({
    ...{ name: BENCH_TASK_QUEUE, taskQueue: BENCH_TASK_QUEUE, folder, temporal: temporal.address },
    sourceUrl: url(SOURCE_DATABASE),
    settings: {
      tenancy: TENANCY,
      projects: { query: PROJECTS },
      backup: { directory: path.join(folder, 'backups'), format },
    },
  });
  cleanup.add(() => worker.stop(signal.aborted ? 'SIGKILL' : 'SIGTERM'));
  await untilWorking(ground, BENCH_TASK_QUEUE);
  return worker;
}
