import type { FleetProgress, FleetReport } from '../../../workflows/domain/fleet';
import { migrationWorkflowId } from '../../../workflows/domain/names';
import { runAt } from '../ground/sessions';
import { until } from '../../support/until';
import {
  differences,
  endings,
  imagesOf,
  incomplete,
  leftovers,
  runsTwice,
  unlike,
  type Entry,
} from './aftermath';
import { fingerprint } from './fingerprint';
import { STUDIO, TASK_QUEUE, type FleetGround } from './ground';
import { WAYS, type Broken } from './ways';

/** What a storm was, and all that was not as it has to be. */
export interface Storm {
  readonly moved: number;
  readonly broken: number;
  readonly minutes: number;
  readonly problems: readonly string[];
}

/**
 * Moves a fleet of which a share is broken, with two workers, one of them killed and the Temporal server
 * killed and started again on the way; then fixes what was broken and moves what failed once more.
 */
export async function storm(ground: FleetGround, brokenCount: number): Promise<Storm> {
  const started = Date.now();
  const broken = await breakSome(ground, brokenCount);
  const source = await fingerprint(ground.server.url(STUDIO));
  const images = await imagesOf(ground, broken);
  const doomed = ground.hire('first');
  ground.hire('second');
  const id = await begin(ground, 'fleet', {});
  await untilEnded(ground, id, ground.projects.length * 0.3);
  await doomed.stop('SIGKILL');
  await untilEnded(ground, id, ground.projects.length * 0.6);
  await ground.temporal.crash();
  await ground.temporal.start();
  const report = await resultOf(ground, id);
  const entries = await entriesOf(ground, report);
  const problems = [
    ...endings(ground, broken, entries),
    ...differences('the source', source, await fingerprint(ground.server.url(STUDIO))),
    ...(await unlike(ground, images)),
    ...(await runsTwice(ground)),
    ...(await leftovers(ground)),
  ];
  await fix(ground, broken);
  const retry = await resultOf(ground, await begin(ground, 'retry', { failedOf: report.fleetId }));
  const again = retry.projects.map(({ projectRef, outcome }) => `${projectRef} ${outcome}`).sort();
  const wanted = broken.map(({ project }) => `${project.ref} migrated`).sort();
  if (retry.total !== broken.length) problems.push(`${retry.total} projects were tried again`);
  if (retry.leftOut === 0) problems.push(...differences('the retry', wanted, again));
  problems.push(...(await incomplete(ground)));
  const minutes = (Date.now() - started) / 60_000;
  return { moved: ground.projects.length, broken: broken.length, minutes, problems };
}

/** Breaks `count` projects, evenly spread, each in the next way. */
async function breakSome(ground: FleetGround, count: number): Promise<readonly Broken[]> {
  const every = Math.floor(ground.projects.length / count);
  const found: Broken[] = [];
  for (let i = 0; i < count; i += 1) {
    const project = ground.projects[i * every];
    const way = WAYS[i % WAYS.length];
    if (project === undefined || way === undefined) throw new Error('too few projects');
    const { source, target } = way.broken;
    if (source !== undefined) await runAt(ground.server.url(STUDIO), source(project));
    if (target !== undefined) {
      await runAt(ground.server.url(), `CREATE DATABASE ${project.database} TEMPLATE template0`);
      await runAt(ground.server.url(project.database), target);
    }
    found.push({ project, way });
  }
  return found;
}

async function fix({ server }: FleetGround, broken: readonly Broken[]): Promise<void> {
  for (const { project, way } of broken) {
    const { source, target } = way.fixed;
    if (source !== undefined) await runAt(server.url(STUDIO), source(project));
    if (target !== undefined) await runAt(server.url(project.database), target);
  }
}

async function begin(
  { temporal }: FleetGround,
  name: string,
  request: Readonly<Record<string, unknown>>,
): Promise<string> {
  const workflowId = `migrate-all/${name}`;
  const args = [{ ...request, limits: { concurrency: 6 } }];
  await temporal.client.workflow.start('migrateAll', { taskQueue: TASK_QUEUE, workflowId, args });
  return workflowId;
}

async function untilEnded({ temporal }: FleetGround, id: string, count: number): Promise<void> {
  await until(
    `${count} projects to end`,
    async () => {
      const progress = await temporal.client.workflow
        .getHandle(id)
        .query<FleetProgress>('progress')
        .catch(() => undefined);
      const ended = Object.values(progress?.counts ?? {}).reduce((sum, one) => sum + one, 0);
      return ended >= count;
    },
    { limitMs: 3_600_000 },
  );
}

async function resultOf({ temporal }: FleetGround, id: string): Promise<FleetReport> {
  const handle = temporal.client.workflow.getHandle<() => Promise<FleetReport>>(id);
  return handle.result();
}

/** The report's own entries; of a large fleet, what the runs themselves say. */
async function entriesOf(
  { temporal, projects }: FleetGround,
  report: FleetReport,
): Promise<readonly Entry[]> {
  const known = new Map(report.projects.map((entry) => [entry.projectRef, entry]));
  const found: Entry[] = [];
  for (const { ref } of projects) {
    const entry = known.get(ref);
    if (entry !== undefined) found.push(entry);
    else {
      const { status } = await temporal.client.workflow
        .getHandle(migrationWorkflowId(ref))
        .describe();
      const outcome = status.name === 'COMPLETED' ? 'migrated' : 'failed';
      found.push({ projectRef: ref, outcome, problems: [] });
    }
  }
  return found;
}
