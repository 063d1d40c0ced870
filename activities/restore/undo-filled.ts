import type { Manifest } from '../../workflows/domain/manifest';
import { failure } from '../failure';
import { placeSequences } from '../postgres/catalog/sequences';
import type { Client } from '../postgres/database-client';
import { withdraw } from '../postgres/fence';
import { replaceRows } from '../postgres/load';
import { runStatements } from '../postgres/run-statements';
import { parseSchemaSql } from '../postgres/schema';
import { tableLoad } from '../write/load-tables';
import { removeParts } from '../write/remove-parts';
import type { Writer } from '../write/writing';
import { inOwnTarget } from './in-own-target';
import { ownMark } from './own-mark';
import { readOwnRemoval } from './own-removal';
import { reopen } from './reopen';

/**
 * Puts the target's own rows back from the backup that was taken of them, and its own schema where
 * that had given way, in one transaction.
 */
export async function undoFilled(writer: Writer): Promise<void> {
  if ((await ownMark(writer)) === undefined) return;
  const { job, meter, resources, runId } = writer;
  if (job.targetBackupId === undefined) {
    throw failure('RestoreUnproved', 'the target held something, but no backup of it was recorded');
  }
  const manifest = await resources.store.manifest(job.targetBackupId);
  const load = tableLoad(resources.store, manifest, { contents: manifest.contents, meter });
  const rebuilding = await ownSchema(writer, manifest);
  await inOwnTarget(writer, async (client) => {
    await rebuilding(client, () => replaceRows(client, load.loading));
    await placeSequences(client, manifest.sequences);
    await reopen(client);
    await withdraw(client, runId);
  });
}

/** What puts the target's own schema around its rows; nothing where the schema had stayed. */
async function ownSchema(
  writer: Writer,
  manifest: Manifest,
): Promise<(client: Client, rows: () => Promise<void>) => Promise<void>> {
  const { targetBefore } = writer.job;
  if (targetBefore.kind !== 'filled' || targetBefore.rebuild !== true)
    return (_client, rows) => rows();
  const { store } = writer.resources;
  const own = parseSchemaSql(await store.readText(manifest.backupId, manifest.schema.file));
  const removal = await readOwnRemoval(writer);
  return async (client, rows) => {
    await removeParts(client, removal, 'RestoreUnproved');
    await runStatements(client, own.before);
    await rows();
    await runStatements(client, own.after);
  };
}
