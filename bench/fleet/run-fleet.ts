import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { migrationWorkflowId } from '../../workflows/domain/names';
import type { FleetReport } from '../../workflows/domain/fleet';
import type { Report } from '../../workflows/domain/report';
import type { SmallProject } from '../../studio/many-projects';
import { BENCH_TASK_QUEUE } from './fleet-worker';

/** How one project of the bench's fleet ended. */
export interface Ended {
  readonly project: SmallProject;
  readonly report: Report | undefined;
  readonly failure?: string | undefined;
}

/** Which projects go, and how many at a time. */
export interface FleetOrder {
  readonly folder: string;
  readonly projects: readonly SmallProject[];
  readonly atATime: number;
}

/** How a fleet ended, project by project. */
export interface FleetRun {
  readonly fleet: FleetReport;
  readonly ended: readonly Ended[];
}

/** Moves all projects by one `migrateAll`, `atATime` at once. */
export async function runFleet(client: Client, order: FleetOrder): Promise<FleetRun> {
  const { folder, projects, atATime } = order;
  const file = path.join(folder, 'projects.jsonl');
  await writeFile(file, projects.map((project) => `${JSON.stringify(project)}\n`).join(''));
  const fleet = await client.workflow.execute<(input: unknown) => Promise<FleetReport>>(
    'migrateAll',
    {
      taskQueue: BENCH_TASK_QUEUE,
      workflowId: 'migrate-all',
      args: [{ file, limits: { concurrency: atATime } }],
    },
  );
  const ended: Ended[] = [];
  for (const project of projects) ended.push(await endOf(client, project));
  return { fleet, ended };
}

async function endOf(client: Client, project: SmallProject): Promise<Ended> {
  const handle = client.workflow.getHandle<(input: unknown) => Promise<Report>>(
    migrationWorkflowId(project.ref),
  );
  try {
    return { project, report: await handle.result() };
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return { project, report: undefined, failure: String(cause) };
  }
}
