import type { Content, Manifest } from '../../workflows/domain/manifest';
import { sameFingerprint } from '../../workflows/domain/report';
import type { Attempt } from '../runtime/attempt';
import type { BackupStore } from '../disk/backup/store';
import { failure } from '../runtime/failure';
import type { DatabaseRef } from '../postgres/session/database-ref';
import { backupSide, BACKUP_ROWS } from '../postgres/rows/diff';
import { withScratch } from '../postgres/rows/scratch';
import type { Client } from '../postgres/session/database-client';
import { fingerprint } from '../postgres/rows/fingerprint';
import { parseStatements } from '../postgres/schema';
import { naming } from '../postgres/errors/classify';
import { bringBackupRows } from '../verify/row-differences';

/** A backup that is to be proved, and the database whose rows it holds. */
export interface Proving extends Pick<Attempt, 'connections' | 'meter'> {
  readonly store: BackupStore;
  readonly manifest: Manifest;
  readonly databaseRef: Omit<DatabaseRef, 'access'>;
}

/**
 * Proves that a backup can be loaded again, before anything that it was taken of is removed: every file has its
 * checksum, its statements can be read, and the rows of every table, loaded into a temporary table, have their
 * fingerprint. One table at a time, in transactions that are rolled back; takes the room of the largest table.
 */
export async function proveBackup(proving: Proving): Promise<void> {
  const { connections, manifest, databaseRef, store } = proving;
  await store.checkFiles(manifest);
  parseStatements(await store.readText(manifest.backupId, manifest.schema.statements));
  for (const content of manifest.contents) {
    if (content.rows === 0) continue;
    await withScratch(connections, databaseRef, (client) =>
      naming(`trying ${content.file} of ${manifest.backupId}`, () =>
        proveTable(client, proving, content),
      ),
    );
  }
}

async function proveTable(client: Client, proving: Proving, content: Content): Promise<void> {
  const { manifest } = proving;
  await bringBackupRows(proving, client, content);
  const expressions = backupSide(content).columns.map(({ expression }) => expression);
  const found = await fingerprint(
    client,
    { table: BACKUP_ROWS, expressions, where: 'true' },
    manifest.seed,
  );
  if (sameFingerprint(found, content)) return;
  throw failure(
    'BackupDamaged',
    `the rows of ${content.table} do not come out of ${manifest.backupId} as they went in`,
  );
}
