import { Context } from '@temporalio/activity';
import type { Interrupted, InterruptedRuns } from '../../workflows/domain/interrupted';
import { backupIdOf } from '../../workflows/domain/names';
import type { Attempt } from '../runtime/attempt';
import type { Resources } from '../runtime/resources';
import { findRun, isUnproved, listEndedRuns, wasRestored, type EndedRun } from '../temporal/runs';
import { readRecorded, readRestoredRun } from '../temporal/history';
import { backupsOf } from './interrupted-marker';
import { together, whereItAnswers } from './servers';
import type { Job } from '../../workflows/domain/job';
import { findDatabase } from '../postgres/catalog/databases';
import { endOtherAttempts, readMarker, stagingName } from '../postgres/lease';
import { isDroppedBy, lockDatabaseRef } from '../postgres/database';
import { ownRoles } from '../postgres/catalog/roles';

/** Whose runs are looked for, and on which target servers they may have left something. */
interface LookingFor {
  /** Left out, of all projects. */
  readonly projectRef: string | undefined;
  readonly servers: readonly string[];
}

/** Finds runs that Temporal lists as terminated, timed out or parked, and that have left something behind. */
export async function findEndedRuns(
  resources: Resources,
  attempt: Attempt,
  { projectRef, servers }: LookingFor,
): Promise<InterruptedRuns> {
  const { client } = Context.current();
  const found: InterruptedRuns[] = [];
  const own = await resources.host.known();
  for (const run of await listEndedRuns(client, projectRef)) {
    const latest = await findRun(client, { workflowId: run.workflowId });
    if (latest?.status.name === 'RUNNING') continue;
    const { target: connection = resources.settings.target } = run;
    const look = async (): Promise<InterruptedRuns> => {
      const one = await classifyRun(resources, attempt, run);
      if (isElsewhere(one, own) && !(await wasRestored(client, one)))
        return { interrupted: [], elsewhere: [one], findings: [] };
      const left = (await isUnproved(client, run)) ? [...one.left, UNPROVED] : one.left;
      return { interrupted: left.length > 0 ? [{ ...one, left }] : [], findings: [] };
    };
    found.push(await whereItAnswers({ connection, among: servers }, look));
  }
  return eachOnce(together(found));
}

/** A restore that was done and could not be proved has left nothing but the run. */
const UNPROVED = 'a restore that is not proved';

/** Of several looks at what one run has left, the first: a later run that was to restore it may be parked too. */
function eachOnce({ interrupted, elsewhere = [], findings }: InterruptedRuns): InterruptedRuns {
  const once = (runs: readonly Interrupted[]): readonly Interrupted[] => [
    ...new Map(runs.map((run) => [run.runId, run])).values(),
  ];
  return { interrupted: once(interrupted), elsewhere: once(elsewhere), findings };
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
  const { client } = Context.current();
  const ended =
    run.workflowType === 'restoreInterrupted'
      ? await readRestoredRun(client, run)
      : await recordedRun(resources, run);
  const { runId, project, target, job, backupIds } = ended;
  const { databaseName } = project;
  const candidate = { runId, databaseName, target: target.connection, job, backupIds };
  return { ...ended, left: await leftoversOf(resources, attempt, candidate) };
}

/** What the history of a run says of it; a run that was restoring another one is about that one. */
async function recordedRun({ settings }: Resources, run: EndedRun): Promise<Interrupted> {
  const { workflowType, how, projectRef, databaseName, startedAt } = run;
  const { job, host } = await readRecorded(Context.current().client, run);
  const { workflowId, runId } = job?.insteadOf ?? run;
  const own = (['project', 'target'] as const).map((kind) =>
    backupIdOf(projectRef, startedAt, kind),
  );
  return {
    ...{ workflowId, runId, workflowType, how, job, host, left: [], timing: settings.timing },
    backupIds: job?.insteadOf === undefined ? own : backupsOf(job),
    project: job?.project ?? { projectRef, databaseName },
    source: job?.source?.connection ?? run.source,
    target: { connection: job?.target.connection ?? run.target ?? settings.target },
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
 * Says in words what a run has left behind; nothing if it cleaned up all, finished, or was abandoned. First
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
  const isOwn = marker?.runId === runId && marker.databaseOid === entry?.oid;
  if (isOwn && marker.state === 'abandoned') return [];
  const isMarked = isOwn && marker.state === 'running';
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
