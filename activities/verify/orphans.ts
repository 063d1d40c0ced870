import type { Client } from '../postgres/database-client';
import { holdingTables } from '../postgres/catalog/holding';
import type { Extent } from '../../workflows/domain/extent';
import { countOrphans, readForeignKeys } from '../postgres/catalog/foreign-keys';

/** Foreign keys with rows that point at nothing, each by anti-join, whatever the constraint says of itself. */
export async function orphanDifferences(
  client: Client,
  extent: Extent,
): Promise<readonly string[]> {
  const differences: string[] = [];
  const keys = await readForeignKeys(client, extent);
  const holding = await holdingTables(
    client,
    [...new Set(keys.map(({ table }) => table))].map((table) => ({ table, where: 'true' })),
  );
  for (const key of keys.filter(({ table }) => holding.has(table))) {
    const orphans = await countOrphans(client, key);
    if (orphans === 0) continue;
    differences.push(
      `foreign key ${key.name} on ${key.table}: ${String(orphans)} rows point at nothing`,
    );
  }
  return differences;
}
