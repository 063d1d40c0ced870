import type { Job } from '../workflows/domain/job';
import { complete, forget } from './postgres/fence';
import type { Resources } from './resources';
import { inFencedTarget, writing } from './write/writing';

/**
 * Sets the completed mark of a verified target; a target that got its own rows back carries none.
 * The last write of a run.
 */
export async function completeMigration(resources: Resources, job: Job): Promise<void> {
  return writing(resources, { step: 'verifyProject', job }, async (writer) => {
    const { kind } = await resources.store.manifest(job.backupId);
    await inFencedTarget(writer, ({ client, write }) =>
      write(() => (kind === 'target' ? forget(client) : complete(client, writer.runId))),
    );
  });
}
