import type { Interrupted } from '../../workflows/domain/interrupted';
import type { Job } from '../../workflows/domain/job';
import type { Attempt } from '../attempt';
import { findDatabase } from '../postgres/catalog/databases';
import { endOtherAttempts, readMarker, stagingName } from '../postgres/fence';
import { lockDatabaseRef } from '../postgres/maintenance';
import { ownRoles } from '../postgres/roles';
import type { Resources } from '../resources';

/** A run whose traces are looked for. */
export interface CandidateRun extends Pick<Interrupted, 'runId' | 'backupIds'> {
  readonly databaseName: string;
  /** The connection of its target's server. */
  readonly target: string;
  readonly job?: Job | undefined;
}

/**
 * Says in words what a run has left behind; nothing where it undid all, finished, or was given up. First
 * its sessions are ended: an attempt that is still at work could leave something after the look.
 */
export async function leftoversOf(
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
  const mark =
    entry?.accepts === true
      ? await connections.with(
          { connection: target, database: databaseName, access: 'read' },
          (client) => readMarker(client),
        )
      : undefined;
  const isMarked =
    mark?.runId === runId && mark.state === 'running' && mark.databaseOid === entry?.oid;
  const drafts: string[] = [];
  for (const backupId of backupIds) drafts.push(...(await store.drafts(backupId, runId)));
  return [
    ...(staging === undefined ? [] : [`database "${stagingName(runId)}"`]),
    ...(isMarked ? [`its unfinished mark in database "${databaseName}"`] : []),
    ...roles.map((role) => `role "${role}"`),
    ...drafts.map((draft) => `folder ${draft}`),
  ];
}
