import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import type { Unreached } from '../../../workflows/domain/plan';
import type { Extent } from '../../../workflows/domain/extent';
import { CatalogCache } from '../catalog/recollection';
import type { Connections, DatabaseRef } from '../connections';
import { compareSchemas } from './compare-schemas';
import { readSchema } from './read-schema';
import type { SchemaScript } from './script';

const schemas = new CatalogCache<SchemaScript>();
const differences = new CatalogCache<readonly string[]>();

/** A session in the database that `place` names, and a way to open others there. */
export interface Looking {
  readonly client: Client;
  readonly connections: Connections;
  readonly databaseRef: DatabaseRef;
}

/**
 * The extent as `readSchema` reads it; in a read-only snapshot whose catalog is one that this process has
 * read before, without reading it again.
 */
export async function cachedSchema(
  { client, connections, databaseRef }: Looking,
  extent: Extent,
): Promise<SchemaScript> {
  return schemas.getOrLoad(client, extent, () =>
    connections.withPool(databaseRef, (pool) => readSchema(pool, extent)),
  );
}

/** What an extent is compared with: a snapshot, and what of it could not be set. */
export interface Recorded {
  readonly snapshot: string;
  readonly unreached?: Unreached | undefined;
}

/** Compares a recorded snapshot with the extent as it is; see `compareSchemas`. */
export async function cachedDifferences(
  looking: Looking,
  extent: Extent,
  { snapshot, unreached }: Recorded,
): Promise<readonly string[]> {
  const sha256 = createHash('sha256').update(snapshot).digest('hex');
  return differences.getOrLoad(looking.client, [sha256, extent, unreached ?? null], async () =>
    compareSchemas(snapshot, await cachedSchema(looking, extent), { unreached }),
  );
}
