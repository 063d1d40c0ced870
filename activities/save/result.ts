import { counted } from '../../workflows/domain/counted';
import type { BackupResult } from '../../workflows/domain/job';
import type { Manifest } from '../../workflows/domain/manifest';

/** What a finished backup says of itself to the workflow. */
export function backupResult(manifest: Manifest): BackupResult {
  const tables = manifest.contents.map(({ table, rows, bytes }) => ({ table, rows, bytes }));
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  return {
    backupId: manifest.backupId,
    backupPath: manifest.backupPath,
    tables,
    digests: Object.fromEntries(manifest.contents.map(({ table, digest }) => [table, digest])),
    note: `${counted(rows, 'row')}, ${String(bytes)} bytes in ${counted(tables.length, 'table')} as ${manifest.format}`,
  };
}
