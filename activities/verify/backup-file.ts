import type { Client } from '../postgres/database-client';
import type { Content } from '../../workflows/domain/manifest';
import { loadBackupRows } from '../postgres/compare/load-backup-rows';
import { importTables } from '../write/load-tables';
import type { Verification } from './verification';

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
