import { Context } from '@temporalio/activity';
import type { Interrupted } from '../../workflows/domain/interrupted';
import type { Job } from '../../workflows/domain/job';
import type { Timing } from '../../workflows/domain/timing';
import type { Marker } from '../postgres/lease';
import { openRunOf, statusOf } from '../temporal/runs';

/** The unfinished marker of a database, with what a restore has to know. */
export interface Marked {
  readonly database: string;
  readonly marker: Marker;
  readonly job: Job | undefined;
}

/** How the run of an unfinished marker stands with Temporal. */
export type MarkedRun = Awaited<ReturnType<typeof statusOf>>;

/** Asks Temporal for the run of a marker; it is open as well if another run under its workflow id restores it. */
export async function statusOfMarked({ marker }: Pick<Marked, 'marker'>): Promise<MarkedRun> {
  const { client } = Context.current();
  const status = await statusOf(client, marker);
  if (status === 'open') return 'open';
  return (await openRunOf(client, marker.workflowId)) === undefined ? status : 'open';
}

/**
 * The run of a marker as it is to be restored, by what its marker says alone; `undefined` if that does not say what
 * stood there before.
 */
export function interruptedBy(
  { database, marker, job }: Marked,
  how: Interrupted['how'],
  timing: Timing,
): Interrupted | undefined {
  if (job?.target.database !== database) return undefined;
  const { workflowId, runId } = marker;
  return {
    ...{ workflowId, runId, how, job, timing, project: job.project, host: job.host },
    backupIds: backupsOf(job),
    left: [`its unfinished marker in database "${database}"`],
    source: job.source?.connection,
    target: { connection: job.target.connection },
    workflowType: 'migrateProject',
  };
}

/** The backups that a run wrote, or may have begun to write. */
export function backupsOf({ backupId, targetBackupId }: Job): readonly string[] {
  return targetBackupId === undefined ? [backupId] : [backupId, targetBackupId];
}
