import type { Manifest } from '../../workflows/domain/manifest';
import { failure } from '../failure';
import { placeSequences } from '../postgres/catalog/sequences';
import type { Client } from '../postgres/database-client';
import { restorePreviousMarker } from '../postgres/fence';
import { replaceRows } from '../postgres/load';
import { runInTurn } from '../postgres/run-statements';
import { parseSchemaSql } from '../postgres/schema';
import { importTables } from '../write/load-tables';
import { removeParts } from '../write/remove-parts';
import type { Writer } from '../write/writing';
import { withOwnTarget } from './in-own-target';
import { readOwnMarker } from './own-mark';
import { readOwnRemoval } from './own-removal';
import { reopen } from './reopen';

/**
 * Puts the target's own rows back from the backup that was taken of them, and its own schema where
 * that had given way, in one transaction.
 */
export async function restoreFilled(writer: Writer): Promise<void> {
  if ((await readOwnMarker(writer)) === undefined) return;
  const { job, meter, resources, runId } = writer;
  if (job.targetBackupId === undefined) {
    throw failure('RestoreUnproved', 'the target held something, but no backup of it was recorded');
  }
  const manifest = await resources.store.manifest(job.targetBackupId);
  const load = importTables(resources.store, manifest, { contents: manifest.contents, meter });
  const rebuilding = await ownSchema(writer, manifest);
  await withOwnTarget(writer, async (client) => {
    await rebuilding(client, () => replaceRows(client, load.loading));
    await placeSequences(client, manifest.sequences);
    await reopen(client);
    await restorePreviousMarker(client, runId);
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
    await runInTurn(client, own.preData);
    await rows();
    await runInTurn(client, own.postData);
  };
}
