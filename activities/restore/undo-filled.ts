import { failure } from '../failure';
import { placeSequence } from '../postgres/catalog/sequences';
import { withdraw } from '../postgres/fence';
import { replaceRows } from '../postgres/load';
import { tableLoad } from '../write/load-tables';
import type { Writer } from '../write/writing';
import { inOwnTarget } from './in-own-target';

/** Puts the target's own rows back from the backup that was taken of them, in one transaction. */
export async function undoFilled(writer: Writer): Promise<void> {
  const { job, meter, resources, runId } = writer;
  await inOwnTarget(writer, async (client) => {
    const { targetBackupId } = job;
    if (targetBackupId === undefined) {
      throw failure(
        'RestoreUnproved',
        'the target held something, but no backup of it was recorded',
      );
    }
    const manifest = await resources.store.manifest(targetBackupId);
    const load = tableLoad(resources.store, manifest, { contents: manifest.contents, meter });
    await replaceRows(client, load.loading);
    for (const sequence of manifest.sequences) await placeSequence(client, sequence);
    await withdraw(client, runId);
  });
}
