import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeSource, PROJECTS, TENANCY, type SmallProject } from '../../../studio/many-projects';
import { startWorker, type WorkerProcess } from '../../support/worker/own-worker';
import { KeptPostgres } from '../ground/kept-postgres';
import { KeptTemporal } from '../ground/kept-temporal';
import { rowsAt, runAt } from '../ground/sessions';

export const STUDIO = 'studio';
export const TASK_QUEUE = 'fleet-faults';

/** One server with a studio of many small projects, a Temporal server, and workers. */
export interface FleetGround {
  readonly server: KeptPostgres;
  readonly temporal: KeptTemporal;
  readonly projects: readonly SmallProject[];
  readonly hire: (name: string) => WorkerProcess;
  readonly close: () => Promise<void>;
}

/** Starts a fleet of this many projects; no worker yet. */
export async function openFleetGround(projects: number): Promise<FleetGround> {
  const folder = mkdtempSync(path.join(tmpdir(), 'moveout-fleet-faults-'));
  chmodSync(folder, 0o755);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const [server, temporal] = await Promise.all([
    KeptPostgres.open(path.join(folder, 'postgres')),
    KeptTemporal.open(folder),
  ]);
  await runAt(server.url(), `CREATE DATABASE ${STUDIO} TEMPLATE template0`);
  await makeSource(server.url(STUDIO), projects, 'p');
  const workers: WorkerProcess[] = [];
  const hire = (name: string): WorkerProcess => {
    const worker = startWorker({
      ...{ name, folder, taskQueue: TASK_QUEUE, temporal: temporal.address },
      sourceUrl: server.url(STUDIO),
      settings: {
        tenancy: TENANCY,
        projects: { query: PROJECTS },
        backup: { directory: path.join(folder, 'backups') },
        timing: { silence: '5s', longestPause: '2s' },
      },
    });
    workers.push(worker);
    return worker;
  };
  const close = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.stop('SIGKILL')));
    await temporal.close();
    await server.stop();
    process.removeListener('exit', remove);
    remove();
  };
  const listed = await rowsAt<SmallProject>(server.url(STUDIO), `${PROJECTS} ORDER BY ref`);
  return { server, temporal, projects: listed, hire, close };
}
