import { log } from '@temporalio/activity';
import type { Job } from '../workflows/domain/job';
import type { Manifest } from '../workflows/domain/manifest';
import type { Evidence } from '../workflows/domain/report';
import type { BackupStore } from './disk/backup/store';
import { writeTiming } from './disk/backup/timings';
import { completeMarker, deleteMarker, readMarker, type Marker } from './postgres/lease';
import { targetRef } from './postgres/database';
import type { Resources } from './runtime/resources';
import { openTarget } from './target/open';
import { withFencedTarget, withExclusiveLease, type Writer } from './runtime/lease';

type OpenedTarget = Parameters<typeof openTarget>[1];

/**
 * Removes the marker from a verified target that got its own rows back: it is as it was before any migration.
 * This is a separate activity: without the marker a second attempt could not know what the first had verified.
 * Safe to run twice.
 */
export async function removeMarker(resources: Resources, job: Job): Promise<void> {
  await withExclusiveLease(resources, { step: 'verifyProject', job }, async (writer) => {
    const manifest = await resources.store.manifest(job.backupId);
    await deleteMarkerOnce(writer, { manifest, database: job.target.database });
    await writer.connections.closeKept(job.target);
  });
}

/**
 * Sets the completed marker of a verified target. The marker keeps the evidence that it rests on. In the same transaction
 * the target's clients are let in. The last write of a run. Safe to run twice.
 */
export async function completeVerified(writer: Writer, evidence: Evidence): Promise<void> {
  const { job, resources, connections } = writer;
  const manifest = await resources.store.manifest(job.backupId);
  const opening = { manifest, database: job.target.database };
  const isOwn = await completeOnce(writer, opening, evidence);
  await connections.closeKept(job.target);
  // A late attempt must not write even this.
  if (isOwn && job.source !== undefined) await noteTiming(resources.store, manifest);
}

/** An earlier attempt may have done it, and only its answer was lost. */
async function deleteMarkerOnce(writer: Writer, opening: OpenedTarget): Promise<void> {
  if ((await markerOf(writer)) === undefined) return;
  await withFencedTarget(writer, ({ client, write }) =>
    write(async () => {
      await openTarget(client, opening);
      await deleteMarker(client);
    }),
  );
}

/**
 * Retry-safe: if another attempt completed, the fencing token rejects this one, and a completed marker is accepted.
 * Returns whether this attempt set the marker.
 */
async function completeOnce(
  writer: Writer,
  opening: OpenedTarget,
  evidence: Evidence,
): Promise<boolean> {
  const { runId } = writer;
  try {
    await withFencedTarget(writer, ({ client, write }) =>
      write(async () => {
        await openTarget(client, opening);
        await completeMarker(client, runId, evidence);
      }),
    );
    return true;
  } catch (error) {
    const marker = await markerOf(writer);
    if (marker?.runId !== runId || marker.state !== 'completed') throw error;
    return false;
  }
}

/** For the estimates of later plans. If it cannot be written, the migration is complete all the same. */
async function noteTiming(store: BackupStore, manifest: Manifest): Promise<void> {
  const { backupId, timestamp, format, contents } = manifest;
  const rows = contents.reduce((sum, content) => sum + content.rows, 0);
  const seconds = (Date.now() - Date.parse(timestamp)) / 1000;
  await writeTiming(store, backupId, { format, rows, seconds }).catch((error: unknown) => {
    log.warn('how long the migration took could not be written down', { error: String(error) });
  });
}

function markerOf({ connections, job }: Writer): Promise<Marker | undefined> {
  return connections.with(targetRef(job.target, 'read'), (client) => readMarker(client));
}
