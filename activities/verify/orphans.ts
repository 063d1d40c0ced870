import type { Client } from '../postgres/database-client';
import type { Extent } from '../../workflows/domain/extent';
import { countOrphans, readForeignKeys } from '../postgres/catalog/foreign-keys';

/** Foreign keys with rows that point at nothing, each by anti-join, whatever the constraint says of itself. */
export async function orphanDifferences(
  client: Client,
  extent: Extent,
  isEmpty: (table: string) => boolean,
): Promise<readonly string[]> {
  const keys = await readForeignKeys(client, extent);
  const asked = keys.filter(({ table }) => !isEmpty(table));
  const orphans = await countOrphans(client, asked);
  return asked.flatMap(({ name, table }, i) =>
    orphans[i] === 0
      ? []
      : [`foreign key ${name} on ${table}: rows that point at nothing: ${String(orphans[i])}`],
  );
}
