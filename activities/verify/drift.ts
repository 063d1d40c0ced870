import type { Client } from '../postgres/session/database-client';
import type { Content, Manifest } from '../../workflows/domain/manifest';
import {
  sameFingerprint,
  type Fingerprint,
  type RowsMoved,
  type TableDrift,
} from '../../workflows/domain/report';
import { targetRef } from '../postgres/database';
import { differingRows, backupSide, sourceSide, targetSide } from '../postgres/rows/diff';
import { bringHashes, hashedRows } from '../postgres/rows/diff-input';
import { withScratchTransaction } from '../postgres/rows/scratch';
import { naming } from '../postgres/errors/classify';
import { bringBackupRows, noteOnPermanentFailure } from './row-differences';
import type { SourceTables } from './source';
import type { Verification } from './evidence';

/** The tables whose rows in scope are not what the snapshot saw. */
export function driftOf(manifest: Manifest, source: SourceTables): readonly TableDrift[] {
  return [...source].flatMap(([table, now]): readonly TableDrift[] => {
    if (now.isUnchanged === true) return [];
    const then = fingerprintIn(manifest, table);
    if (now.print === undefined) return [{ table, manifest: then, note: now.note }];
    return sameFingerprint(now.print, then) ? [] : [{ table, manifest: then, source: now.print }];
  });
}

function fingerprintIn({ contents }: Manifest, table: string): Fingerprint {
  const { rows = 0, digest = '0' } = contents.find((content) => content.table === table) ?? {};
  return { rows, digest };
}

/** What drift is counted with: both sides in the snapshots in which they were fingerprinted. */
export interface DriftGround {
  readonly verification: Verification;
  readonly source: Client;
  readonly sourceTables: SourceTables;
  /** The target's snapshot. */
  readonly snapshot: string;
  /** Whether the target holds what the manifest says, and so can stand for the backup's file. */
  readonly isEqual: (table: string) => boolean;
}

/**
 * Counts, for each table that drifted, the rows that came, changed and went in the source. The source
 * gives hashes only, streamed into the target's server, since a session that may only read can keep
 * nothing. The first failure ends the counting: the stream from the source may be stuck behind it.
 */
export async function countDrift(
  ground: DriftGround,
  drift: readonly TableDrift[],
): Promise<readonly TableDrift[]> {
  let failed: string | undefined;
  const counted: TableDrift[] = [];
  for (const entry of drift) {
    const content = contentOf(ground.verification.manifest, entry);
    const counts =
      failed === undefined && content !== undefined
        ? await noteOnPermanentFailure('its rows could not be counted', async () => ({
            moved: await countMoved(ground, content),
          }))
        : { note: failed };
    if ('note' in counts) failed ??= counts.note;
    counted.push({ ...counts, ...entry });
  }
  return counted;
}

async function countMoved(
  { verification, source, sourceTables, snapshot, isEqual }: DriftGround,
  content: Content,
): Promise<RowsMoved> {
  const { connections, job, manifest, meter } = verification;
  const { seed } = manifest;
  const { table } = content;
  meter.at(table);
  const databaseRef = targetRef(job.target, 'write');
  const now = sourceSide(content, sourceTables.get(table)?.where ?? 'false');
  return withScratchTransaction(connections, { databaseRef, snapshot }, (workbench) =>
    naming(`counting drift of ${table}`, async () => {
      if (!isEqual(table)) await bringBackupRows(verification, workbench, content);
      const then = isEqual(table) ? targetSide(content) : backupSide(content);
      const hashes = await bringHashes({ source, workbench }, now, seed);
      const counts = await differingRows(workbench, [hashedRows(then, seed), hashes]);
      return { added: counts.extra, changed: counts.changed, gone: counts.missing };
    }),
  );
}

function contentOf(manifest: Manifest, { table, source }: TableDrift): Content | undefined {
  return source === undefined ? undefined : manifest.contents.find((one) => one.table === table);
}
