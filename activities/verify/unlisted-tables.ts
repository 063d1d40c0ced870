import { counted } from '../../workflows/domain/counted';
import type { Client } from '../postgres/database-client';
import type { Manifest } from '../../workflows/domain/manifest';
import { countRows } from '../postgres/catalog/row-counts';
import { readTables } from '../postgres/catalog/tables';

/** A table of the target that the manifest does not list, and the rows it holds. */
export interface UnlistedTable {
  readonly table: string;
  readonly rows: number;
}

/** The tables of the manifest's extent that stand at the target and that the manifest does not list. */
export async function unlistedTables(
  client: Client,
  manifest: Manifest,
): Promise<readonly UnlistedTable[]> {
  const listed = new Set(manifest.tables);
  const present = await readTables(client, manifest.extent);
  const tables = present.map(({ table }) => table).filter((table) => !listed.has(table));
  const rows = await countRows(client, tables);
  return tables.map((table, i) => ({ table, rows: rows[i] ?? 0 }));
}

/**
 * What is wrong about them: whether one may stand there at all is for the comparison of schemas to
 * say, but none may hold a row.
 */
export function unlistedDifferences(unlisted: readonly UnlistedTable[]): readonly string[] {
  return unlisted
    .filter(({ rows }) => rows > 0)
    .map(
      ({ table, rows }) => `table ${table} holds ${counted(rows, 'row')}, the backup none of them`,
    );
}
