import { restorePreviousMarker } from '../postgres/fence';
import { removeParts } from '../write/remove-parts';
import type { Writer } from '../write/writing';
import { withOwnTarget } from './in-own-target';
import { readOwnMarker } from './own-mark';
import { readOwnRemoval } from './own-removal';
import { reopen } from './reopen';

/**
 * Takes away the schemas and tables that were not there before. Nothing outside them goes with them:
 * should something have come to depend on them, that is named instead.
 */
export async function restoreEmpty(writer: Writer): Promise<void> {
  if ((await readOwnMarker(writer)) === undefined) return;
  const removal = await readOwnRemoval(writer);
  await withOwnTarget(writer, async (client) => {
    await removeParts(client, removal, 'RestoreUnproved');
    await reopen(client);
    await restorePreviousMarker(client, writer.runId);
  });
}
