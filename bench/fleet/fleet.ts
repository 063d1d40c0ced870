import path from 'node:path';
import { Client } from 'pg';
import type { BenchGround } from './ground';
import { runFleet, type Ended } from './run-fleet';
import { makeSource, PROJECTS, TENANCY, type SmallProject } from '../../studio/many-projects';
import { startWorker } from '../../test/support/worker/own-worker';

/** What one fleet of the bench is. */
export interface FleetBench {
  /** Projects in the source. */
  readonly inSource: number;
  /** How many of them are moved. */
  readonly moved: number;
  readonly atATime: number;
  /** Of the backups. */
  readonly format: 'auto' | 'json' | 'copy';
}

/** How it went. */
export interface FleetFigures {
  /** From the start of the fleet to its end. */
  readonly seconds: number;
  /** How much of them passed before the first project: the inventory, and the template. */
  readonly frozen: number;
  readonly ended: readonly Ended[];
  /** Seconds of each step, one entry a project. */
  readonly steps: ReadonlyMap<string, readonly number[]>;
  /** Megabytes of the worker, one a second. */
  readonly memory: readonly number[];
}

/** Makes a source and moves projects of it; the targets stay, the source does not. */
export async function measureFleet(ground: BenchGround, bench: FleetBench): Promise<FleetFigures> {
  const name = `studio_${String(bench.inSource)}`;
  await ground.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  await makeSource(ground.url(name), bench.inSource, `s${String(bench.inSource)}`);
  const projects = (await listProjects(ground.url(name))).slice(0, bench.moved);
  const worker = startWorker({
    ...{ name, taskQueue: name, folder: ground.folder },
    sourceUrl: ground.url(name),
    temporal: ground.temporal,
    settings: {
      tenancy: TENANCY,
      projects: { query: PROJECTS },
      backup: { directory: path.join(ground.folder, 'backups'), format: bench.format },
    },
  });
  try {
    await untilWorking(ground, name);
    const order = { taskQueue: name, atATime: bench.atATime, folder: ground.folder, projects };
    const { fleet, ended } = await runFleet(ground.client, order);
    const began = Date.parse(fleet.startedAt);
    const starts = ended.flatMap(({ report }) =>
      report === undefined ? [] : [Date.parse(report.startedAt)],
    );
    return {
      seconds: (Date.parse(fleet.finishedAt) - began) / 1000,
      frozen: (Math.min(...starts) - began) / 1000,
      ...{ ended, steps: stepsOf(ended), memory: worker.memory },
    };
  } finally {
    await worker.stop();
  }
}

/** A worker is up once it has refused something. */
async function untilWorking({ client }: BenchGround, taskQueue: string): Promise<void> {
  const workflowId = `ready/${taskQueue}`;
  await client.workflow
    .execute('verifyProject', { taskQueue, workflowId, args: [{}] })
    .catch(() => {
      return undefined;
    });
}

async function listProjects(url: string): Promise<readonly SmallProject[]> {
  const client = new Client(url);
  await client.connect();
  const listed = await client
    .query<SmallProject>('SELECT ref, database, owner FROM public.projects ORDER BY ref')
    .finally(() => client.end());
  return listed.rows;
}

function stepsOf(ended: readonly Ended[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const { report } of ended) {
    for (const { step, seconds } of report?.steps ?? []) {
      const known = found.get(step) ?? [];
      found.set(step, [...known, seconds]);
    }
  }
  return found;
}
