import { Context } from '@temporalio/activity';
import type { Interrupted, InterruptedRuns } from '../../workflows/domain/interrupted';
import { backupIdOf } from '../../workflows/domain/names';
import type { Attempt } from '../runtime/attempt';
import type { Resources } from '../runtime/resources';
import { hasOpenRun, listEndedRuns, wasRestored, type EndedRun } from '../temporal/runs';
import { readRecorded } from '../temporal/history';
import { together, whereItAnswers } from './servers';
import type { Job } from '../../workflows/domain/job';
import { findDatabase } from '../postgres/catalog/databases';
import { endOtherAttempts, readMarker, stagingName } from '../postgres/lease';
import { isDroppedBy, lockDatabaseRef } from '../postgres/database';
import { ownRoles } from '../postgres/catalog/roles';

/** Finds runs that Temporal lists as ended from outside and that have left something behind. */
export async function findEndedRuns(
  resources: Resources,
  attempt: Attempt,
  servers: readonly string[],
): Promise<InterruptedRuns> {
  const { client } = Context.current();
  const found: InterruptedRuns[] = [];
  const own = await resources.host.known();
  for (const run of await listEndedRuns(client)) {
    if (await hasOpenRun(client, run.workflowId)) continue;
    const { target: connection = resources.settings.target } = run;
    const look = async (): Promise<InterruptedRuns> => {
      const one = await classifyRun(resources, attempt, run);
      if (isElsewhere(one, own) && !(await wasRestored(client, run)))
        return { interrupted: [], elsewhere: [one], findings: [] };
      return { interrupted: one.left.length > 0 ? [one] : [], findings: [] };
    };
    found.push(await whereItAnswers({ connection, among: servers }, look));
  }
  return together(found);
}

/** Whether it ended while it wrote a backup, in a directory that this worker does not have. */
function isElsewhere({ job, host }: Interrupted, own: string | undefined): boolean {
  return job === undefined && host !== undefined && host !== own;
}

async function classifyRun(
  resources: Resources,
  attempt: Attempt,
  run: EndedRun,
): Promise<Interrupted> {
  const { workflowId, runId, workflowType, how, projectRef, databaseName, startedAt } = run;
  const { timing } = resources.settings;
  const backupIds = (['project', 'target'] as const).map((kind) =>
    backupIdOf(projectRef, startedAt, kind),
  );
  const { job, host } = await readRecorded(Context.current().client, run);
  const target = job?.target.connection ?? run.target ?? resources.settings.target;
  const candidate = { runId, databaseName, target, job, backupIds };
  const left = await leftoversOf(resources, attempt, candidate);
  return {
    ...{ workflowId, runId, workflowType, how, job, host, backupIds, timing, left },
    project: job?.project ?? { projectRef, databaseName },
    source: job?.source?.connection ?? run.source,
    target: { connection: target },
  };
}

/** A run whose traces are looked for. */
export interface CandidateRun extends Pick<Interrupted, 'runId' | 'backupIds'> {
  readonly databaseName: string;
  /** The connection of its target's server. */
  readonly target: string;
  readonly job?: Job | undefined;
}

/**
 * Says in words what a run has left behind; nothing if it cleaned up all, finished, or was given up. First
 * its sessions are ended: an attempt that is still at work could leave something after the look.
 */
async function leftoversOf(
  { store }: Resources,
  { connections }: Pick<Attempt, 'connections'>,
  { runId, databaseName, target, job, backupIds }: CandidateRun,
): Promise<readonly string[]> {
  const found = await connections.with(lockDatabaseRef(target), async (client) => {
    await endOtherAttempts(client, [runId]);
    const staging = await findDatabase(client, stagingName(runId));
    const entry = await findDatabase(client, databaseName);
    const roles = await ownRoles(client, job?.createRoles ?? [], runId);
    return { staging, entry, roles };
  });
  const { staging, entry, roles } = found;
  const marker =
    entry?.accepts === true && !entry.isInvalid
      ? await connections.with(
          { connection: target, database: databaseName, access: 'read' },
          (client) => readMarker(client),
        )
      : undefined;
  const isMarked =
    marker?.runId === runId && marker.state === 'running' && marker.databaseOid === entry?.oid;
  const drafts: string[] = [];
  for (const backupId of backupIds) drafts.push(...(await store.drafts(backupId, runId)));
  return [
    ...(staging === undefined ? [] : [`database "${stagingName(runId)}"`]),
    ...(isDroppedBy(entry, runId) ? [`database "${databaseName}", half dropped`] : []),
    ...(isMarked ? [`its unfinished marker in database "${databaseName}"`] : []),
    ...roles.map((role) => `role "${role}"`),
    ...drafts.map((draft) => `folder ${draft}`),
  ];
}
