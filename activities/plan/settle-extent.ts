import type { Extent } from '../../workflows/domain/extent';
import { splitTable } from '../../workflows/domain/object-names';
import { extentOf, type Scopes } from '../../workflows/domain/scopes';
import { readPartitions, readRelationKinds } from '../postgres/catalog/parts';
import { readSourceRole } from '../postgres/checks/source-privileges';
import type { Connections } from '../postgres/connections';
import type { Client } from '../postgres/database-client';
import { nameOfTable, cachedSchema, type SchemaScript } from '../postgres/schema';
import { transaction } from '../postgres/transaction';

/**
 * What a migration handles under a configuration, in this source: with the partitions that its tables
 * have in other schemas, and without those excluded tables that could not be made.
 */
export async function settleExtent(
  connections: Connections,
  connection: string,
  scopes: Scopes,
): Promise<Extent> {
  const databaseRef = { connection, access: 'read' } as const;
  return connections.with(databaseRef, (client) =>
    transaction(client, 'read-snapshot', async () => {
      const extent = extentOf(scopes);
      const partitions = await partitionsElsewhere(client, extent, scopes);
      const kinds = await readRelationKinds(client, excludedOf(extent, scopes));
      const notTables = [...kinds].filter(([, kind]) => NO_TABLES.includes(kind));
      const base = {
        ...extent,
        ...changed('carried', [...(extent.carried ?? []), ...partitions]),
        ...changed(
          'withoutTables',
          notTables.map(([table]) => table),
        ),
      };
      const tables = [...kinds.keys()].filter((table) => !base.withoutTables?.includes(table));
      if (tables.length === 0) return base;
      const { missing } = await readSourceRole(client, base);
      if (missing.length > 0) return base;
      const script = await cachedSchema({ client, connections, databaseRef }, base);
      return withoutStuck(script, base, tables);
    }),
  );
}

/** Views, materialized views and foreign tables have no empty form that could stand in the target. */
const NO_TABLES: readonly string[] = ['v', 'm', 'f'];

/** The excluded tables that cannot be made do not come along at all; a schema that has none stays as it is. */
function withoutStuck(script: SchemaScript, extent: Extent, tables: readonly string[]): Extent {
  if (script.problems.length === 0) return extent;
  const without = new Set(extent.withoutTables);
  for (let before = -1; before < without.size;) {
    before = without.size;
    for (const { table = '' } of script.problemsUnder({ withoutTables: [...without] })) {
      if (tables.includes(table)) without.add(table);
    }
  }
  return { ...extent, ...changed('withoutTables', [...without]) };
}

function excludedOf(
  { schemas }: Extent,
  { tables }: Scopes,
): readonly (readonly [schema: string, name: string])[] {
  return Object.entries(tables)
    .filter(([, { scope }]) => scope === 'excluded')
    .map(([table]) => splitTable(table))
    .filter(([schema]) => schemas.includes(schema));
}

/** Partitions in other schemas, of tables whose rows come along. */
async function partitionsElsewhere(
  client: Client,
  extent: Extent,
  { tables }: Scopes,
): Promise<readonly string[]> {
  const partitions = await readPartitions(client, extent);
  return partitions
    .filter(({ schema }) => !extent.schemas.includes(schema))
    .filter(({ root }) => tables[root]?.scope !== 'excluded')
    .map(({ schema, name }) => nameOfTable(schema, name));
}

/** A part of an extent, left out where it is empty: most extents have no such part. */
function changed(
  part: 'carried' | 'withoutTables',
  names: readonly string[],
): Pick<Extent, 'carried' | 'withoutTables'> {
  const sorted = [...new Set(names)].sort();
  if (sorted.length === 0) return {};
  return part === 'carried' ? { carried: sorted } : { withoutTables: sorted };
}
