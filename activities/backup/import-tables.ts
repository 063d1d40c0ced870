import type { Readable } from 'node:stream';
import type { TableResult } from '../../workflows/domain/job';
import type { Content, Manifest } from '../../workflows/domain/manifest';
import { ArrayToLines } from '../disk/backup/json-array';
import type { BackupStore } from '../disk/backup/store';
import type { Meter } from '../runtime/attempt';
import type { Loading } from '../postgres/rows/load';

/** Tables of a backup on their way into a database. */
export interface TableLoad {
  readonly loading: Loading;
  /** What was loaded, table by table, once `loading` has been used. */
  readonly results: readonly TableResult[];
}

/** Prepares the files of a backup for loading; each is checked against the manifest as it is read. */
export function importTables(
  store: BackupStore,
  manifest: Manifest,
  { contents, meter }: { readonly contents: readonly Content[]; readonly meter: Meter },
): TableLoad {
  const results: TableResult[] = [];
  meter.totalRows = contents.reduce((sum, content) => sum + content.rows, 0);
  const open = (content: Content): readonly [Readable, ...NodeJS.ReadWriteStream[]] => {
    meter.at(content.table);
    const shapes = content.encoding === 'json' ? [new ArrayToLines()] : [];
    return [store.read(manifest.backupId, content, meter.addBytes), ...shapes];
  };
  const whole = async (content: Content): Promise<Buffer> => {
    meter.at(content.table);
    const bytes = await store.readBytes(manifest.backupId, content);
    meter.addBytes(bytes.length);
    return bytes;
  };
  const loaded = (content: Content): void => {
    meter.addRows(content.rows);
    results.push({ table: content.table, rows: content.rows, bytes: content.bytes });
  };
  return { loading: { contents, open, whole, loaded }, results };
}
