import { log } from '@temporalio/activity';
import type { Job } from '../workflows/domain/job';
import type { Manifest } from '../workflows/domain/manifest';
import type { BackupStore } from './backup/store';
import { writeTiming } from './backup/timings';
import { complete, forget, readMark } from './postgres/fence';
import { targetPlace } from './postgres/maintenance';
import type { Resources } from './resources';
import { inFencedTarget, writing, type Writer } from './write/writing';

/**
 * Sets the completed mark of a verified target; a target that got its own rows back carries none.
 * The last write of a run. Safe to run twice.
 */
export async function completeMigration(resources: Resources, job: Job): Promise<void> {
  return writing(resources, { step: 'verifyProject', job }, async (writer) => {
    const manifest = await resources.store.manifest(job.backupId);
    const { kind } = manifest;
    if (await isComplete(writer, kind)) return;
    await inFencedTarget(writer, ({ client, write }) =>
      write(() => (kind === 'target' ? forget(client) : complete(client, writer.runId))),
    );
    if (job.source !== undefined) await noteTiming(resources.store, manifest);
  });
}

/** For the estimates of later plans. The migration is complete whether it can be written or not. */
async function noteTiming(store: BackupStore, manifest: Manifest): Promise<void> {
  const { backupId, timestamp, format, contents } = manifest;
  const rows = contents.reduce((sum, content) => sum + content.rows, 0);
  const seconds = (Date.now() - Date.parse(timestamp)) / 1000;
  await writeTiming(store, backupId, { format, rows, seconds }).catch((error: unknown) => {
    log.warn('how long the migration took could not be written down', { error: String(error) });
  });
}

/** An earlier attempt may have done it, and only its answer was lost. */
async function isComplete(
  { connections, job, runId }: Writer,
  kind: Manifest['kind'],
): Promise<boolean> {
  const mark = await connections.with(targetPlace(job.target, 'read'), readMark);
  if (kind === 'target') return mark === undefined;
  return mark?.runId === runId && mark.state === 'completed';
}
