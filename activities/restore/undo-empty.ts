import { withdraw } from '../postgres/fence';
import { removeParts } from '../write/remove-parts';
import type { Writer } from '../write/writing';
import { inOwnTarget } from './in-own-target';
import { ownMark } from './own-mark';
import { readOwnRemoval } from './own-removal';
import { reopen } from './reopen';

/**
 * Takes away the schemas and tables that were not there before. Nothing outside them goes with them:
 * should something have come to depend on them, that is named instead.
 */
export async function undoEmpty(writer: Writer): Promise<void> {
  if ((await ownMark(writer)) === undefined) return;
  const removal = await readOwnRemoval(writer);
  await inOwnTarget(writer, async (client) => {
    await removeParts(client, removal, 'RestoreUnproved');
    await reopen(client);
    await withdraw(client, writer.runId);
  });
}
