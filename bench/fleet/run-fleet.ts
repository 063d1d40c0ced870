import type { Client } from '@temporalio/client';
import type { Report } from '../../workflows/domain/report';
import type { BenchProject } from './source';

/** How one project of the bench's fleet ended. */
export interface Ended {
  readonly project: BenchProject;
  readonly report: Report | undefined;
  readonly failure?: string | undefined;
}

/** Which projects go, on which task queue, and how many at a time. */
export interface FleetOrder {
  readonly taskQueue: string;
  readonly projects: readonly BenchProject[];
  readonly atATime: number;
}

/** Moves all projects, each by a `migrateProject` of its own, so many at a time. */
export async function runFleet(client: Client, order: FleetOrder): Promise<readonly Ended[]> {
  const waiting = [...order.projects];
  const ended: Ended[] = [];
  const lane = async (): Promise<void> => {
    for (let project = waiting.shift(); project !== undefined; project = waiting.shift())
      ended.push(await move(client, order.taskQueue, project));
  };
  await Promise.all(Array.from({ length: order.atATime }, lane));
  return ended;
}

async function move(client: Client, taskQueue: string, project: BenchProject): Promise<Ended> {
  const { ref, database, owner } = project;
  const fleet = { unclaimed: false, overlap: { users: 0, buckets: 0 } };
  const request = { projectRef: ref, databaseName: database, ownerUserId: owner, ...fleet };
  try {
    const report = await client.workflow.execute<(input: unknown) => Promise<Report>>(
      'migrateProject',
      { taskQueue, workflowId: `migrate-project/${ref}`, args: [request] },
    );
    return { project, report };
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return { project, report: undefined, failure: String(cause) };
  }
}
