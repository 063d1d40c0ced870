import type { Job } from '../workflows/domain/job';
import { abandon } from './postgres/fence';
import { targetPlace } from './postgres/maintenance';
import { transaction } from './postgres/transaction';
import type { Resources } from './resources';
import { ownMark } from './restore/own-mark';
import { writing } from './write/writing';

/**
 * Fences a target whose restore was given up: no attempt that may still be at work changes it any more,
 * and its mark says that a person has decided. Where it carries no mark of the run, nothing is written.
 */
export async function abandonRestore(resources: Resources, job: Job): Promise<void> {
  await writing(resources, { step: 'restoreProject', job }, async (writer) => {
    if ((await ownMark(writer)) === undefined) return;
    await writer.connections.with(targetPlace(job.target, 'write'), (client) =>
      transaction(client, 'write', () => abandon(client, writer.runId)),
    );
  });
}
