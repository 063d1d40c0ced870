import type { Job } from '../workflows/domain/job';
import { abandonMarker } from './postgres/fence';
import { targetRef } from './postgres/maintenance';
import { transaction } from './postgres/transaction';
import type { Resources } from './resources';
import { readOwnMarker } from './restore/own-mark';
import { withExclusiveLease } from './write/writing';

/**
 * Fences a target whose restore was given up: no attempt that may still be at work changes it any more,
 * and its mark says that a person has decided. Where it carries no mark of the run, nothing is written.
 */
export async function abandonRestore(resources: Resources, job: Job): Promise<void> {
  await withExclusiveLease(resources, { step: 'restoreProject', job }, async (writer) => {
    if ((await readOwnMarker(writer)) === undefined) return;
    await writer.connections.with(targetRef(job.target, 'write'), (client) =>
      transaction(client, 'write', () => abandonMarker(client, writer.runId)),
    );
  });
}
