import { ApplicationFailure } from '@temporalio/common';
import type { Client } from '../postgres/session/database-client';
import type { Content } from '../../workflows/domain/manifest';
import type { RowsApart, TableEvidence } from '../../workflows/domain/report';
import { removeDifferences, writeDifferences } from '../disk/backup/row-differences';
import { failure } from '../runtime/failure';
import { targetRef } from '../postgres/database';
import {
  compareBuckets,
  inBuckets,
  copyKeysApart,
  differingRows,
  backupSide,
  targetSide,
} from '../postgres/rows/diff';
import { withScratchTransaction } from '../postgres/rows/scratch';
import { naming } from '../postgres/errors/classify';
import type { Verification } from './evidence';
import { loadBackupRows } from '../postgres/rows/diff-input';
import { importTables } from '../backup/import-tables';

/** Keys of more rows than this are not written down; they are counted. */
const KEYS_WRITTEN = 1_000;

/** What there is to say of a table that differs, besides the fingerprints. */
export type RowDifference = Pick<TableEvidence, 'apart' | 'note'>;

/**
 * Finds the rows of a table that differ between the backup's file and the target, in the snapshot in
 * which the fingerprints were taken, and writes their primary keys next to the backup. What makes that
 * impossible is said in the finding; the difference itself stands in any case.
 */
export async function diffRows(
  verification: Verification,
  content: Content,
  snapshot: string,
): Promise<RowDifference> {
  const { connections, job, meter, store } = verification;
  meter.at(content.table);
  const databaseRef = targetRef(job.target, 'write');
  await removeDifferences(store, job.backupId, [content.table]);
  return noteOnPermanentFailure('its rows could not be compared', () =>
    withScratchTransaction(connections, { databaseRef, snapshot }, (client) =>
      naming(`telling ${content.table} apart`, async () => {
        await bringBackupRows(verification, client, content);
        return { ...(await compare(verification, client, content)) };
      }),
    ),
  );
}

/** Turns a failure that another attempt would meet again into a finding's note. */
export async function noteOnPermanentFailure<T extends object>(
  what: string,
  use: () => Promise<T>,
): Promise<T | { readonly note: string }> {
  try {
    return await use();
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || error.nonRetryable !== true) throw error;
    return { note: `${what}: ${error.message}` };
  }
}

async function compare(
  verification: Verification,
  client: Client,
  content: Content,
): Promise<RowDifference> {
  const { manifest } = verification;
  const [should, is] = [backupSide(content), targetSide(content)];
  const { differing, digest } = await compareBuckets(client, [should, is], manifest.seed);
  if (digest !== content.digest) {
    throw failure(
      'BackupDamaged',
      `the rows in ${content.file} are not those that the manifest's digest was made of`,
    );
  }
  if (differing.length === 0) return { note: 'the rows are equal by a second reading' };
  const counts = await differingRows(client, [
    inBuckets(should, differing),
    inBuckets(is, differing),
  ]);
  if (content.key === undefined)
    return { apart: counts, note: 'no primary key: rows are counted, not named' };
  return withKeys(verification, client, { content, counts });
}

/** A folder that cannot be written must not take the counts away. */
async function withKeys(
  { store, job }: Verification,
  client: Client,
  { content, counts }: { readonly content: Content; readonly counts: RowsApart },
): Promise<RowDifference> {
  const of = { backupId: job.backupId, table: content.table };
  const written = await noteOnPermanentFailure('the keys could not be written', async () => ({
    keysFile: await writeDifferences(store, of, copyKeysApart(client, KEYS_WRITTEN)),
  }));
  if ('note' in written) return { apart: counts, note: written.note };
  return { apart: { ...counts, keysFile: written.keysFile } };
}

/** Loads one table's file into a workbench, checked against the manifest to the last byte. */
export async function bringBackupRows(
  { store, manifest, meter }: Pick<Verification, 'store' | 'manifest' | 'meter'>,
  client: Client,
  content: Content,
): Promise<void> {
  const { loading } = importTables(store, manifest, { contents: [content], meter });
  await loadBackupRows(client, content, loading.open(content));
  loading.loaded(content);
}
