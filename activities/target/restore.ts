import type { Manifest } from '../../workflows/domain/manifest';
import { failure } from '../runtime/failure';
import { placeSequences } from '../postgres/catalog/sequences';
import type { Client } from '../postgres/session/database-client';
import { restorePreviousMarker, stagingName, readOpening } from '../postgres/lease';
import { replaceRows } from '../postgres/rows/load';
import { runInTurn } from '../postgres/session/batch';
import { parseStatements } from '../postgres/schema';
import { importTables } from '../backup/import-tables';
import { removeParts, readRemoval, type Removal } from './removal';
import { type Writer, withOwnTarget, readOwnMarker } from '../runtime/lease';
import { dropDatabase, dropOwnDatabase, finishOwnDrop, maintenanceRef } from '../postgres/database';
import { dropOwnRoles } from '../postgres/catalog/roles';
import { openToClients } from '../postgres/connect-rights';

/**
 * Restores the target's own rows from the backup that was taken of them, and its own schema where
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

/** What puts the target's own schema around its rows; nothing if the schema had stayed. */
async function ownSchema(
  writer: Writer,
  manifest: Manifest,
): Promise<(client: Client, rows: () => Promise<void>) => Promise<void>> {
  const { targetBefore } = writer.job;
  if (targetBefore.kind !== 'filled' || targetBefore.rebuild !== true)
    return (_client, rows) => rows();
  const { store } = writer.resources;
  const own = parseStatements(await store.readText(manifest.backupId, manifest.schema.statements));
  const removal = await readOwnRemoval(writer);
  return async (client, rows) => {
    await removeParts(client, removal, 'RestoreUnproved');
    await runInTurn(client, own.preData);
    await rows();
    await runInTurn(client, own.postData);
  };
}

/**
 * Drops the database that this run created, identified by the marker it carries, and its unnamed beginning. Nothing
 * else ever drops a target.
 */
export async function restoreAbsent(writer: Writer): Promise<void> {
  const { connections, job, runId } = writer;
  const { database } = job.target;
  await connections.with(maintenanceRef(job.target, job.sources, database), async (client) => {
    await finishOwnDrop(client, database, runId);
    const marker = await readOwnMarker(writer);
    await dropDatabase(client, stagingName(runId));
    if (marker?.createdDatabase !== true) return;
    // Whoever is about to claim the database finds another fencing token than its plan saw.
    await withOwnTarget(writer, () => Promise.resolve());
    await dropOwnDatabase(client, database, runId);
  });
}

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

/** Drops the roles that this run created; those that others have come to use stay, and are named. */
export async function dropCreatedRoles({
  connections,
  job,
  runId,
}: Writer): Promise<readonly string[]> {
  const { createRoles: roles = [], target, sources } = job;
  if (roles.length === 0) return [];
  const kept = await connections.with(maintenanceRef(target, sources, target.database), (client) =>
    dropOwnRoles(client, roles, runId),
  );
  return kept.length === 0
    ? ['the roles that were created are gone again']
    : [`roles that are used elsewhere by now stay: ${kept.join(', ')}`];
}

/** What takes away all that this run brought into a target that stood before: parts and extensions. */
async function readOwnRemoval({ connections, job, resources }: Writer): Promise<Removal> {
  const removal = await readRemoval(connections, job);
  if (job.targetBefore.kind === 'absent') return removal;
  const { schema } = await resources.store.manifest(job.backupId);
  return {
    ...removal,
    arrivals: { extensions: schema.extensions ?? [], before: job.targetBefore },
  };
}

/**
 * Lets the clients of a target in again that stood before, in the transaction that restores it; a target that an
 * unfinished run had closed before this one stays closed.
 */
async function reopen(client: Client): Promise<void> {
  const { opensTo = [], wasClosed } = await readOpening(client);
  if (!wasClosed) await openToClients(client, opensTo);
}
