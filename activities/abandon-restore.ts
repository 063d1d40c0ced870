import type { Job } from '../workflows/domain/job';
import { abandonMarker } from './postgres/lease';
import { targetRef } from './postgres/database';
import { transaction } from './postgres/session/transaction';
import type { Resources } from './runtime/resources';
import { readOwnMarker, withExclusiveLease } from './runtime/lease';

/**
 * Fences a target that an operator accepts as it stands: no attempt that may still be at work changes it any more,
 * and its marker says `abandoned`. If it carries no marker of the run, nothing is written.
 */
export async function abandonRestore(resources: Resources, job: Job): Promise<void> {
  await withExclusiveLease(resources, { step: 'restoreProject', job }, async (writer) => {
    if ((await readOwnMarker(writer)) === undefined) return;
    await writer.connections.with(targetRef(job.target, 'write'), (client) =>
      transaction(client, 'write', () => abandonMarker(client, writer.runId)),
    );
  });
}
