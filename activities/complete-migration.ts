import type { Job } from '../workflows/domain/job';
import type { Manifest } from '../workflows/domain/manifest';
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
    const { kind } = await resources.store.manifest(job.backupId);
    if (await isComplete(writer, kind)) return;
    await inFencedTarget(writer, ({ client, write }) =>
      write(() => (kind === 'target' ? forget(client) : complete(client, writer.runId))),
    );
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
