import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import type { Unreached } from '../../../workflows/domain/plan';
import type { Extent } from '../../../workflows/domain/extent';
import { Recollection } from '../catalog/recollection';
import type { Connections, Place } from '../connections';
import { compareSchemas } from './compare-schemas';
import { readSchema } from './read-schema';
import type { SchemaScript } from './script';

const schemas = new Recollection<SchemaScript>();
const differences = new Recollection<readonly string[]>();

/** A session in the database that `place` names, and a way to open others there. */
export interface Looking {
  readonly client: Client;
  readonly connections: Connections;
  readonly place: Place;
}

/**
 * The extent as `readSchema` reads it; in a read-only snapshot whose catalog is one that this process has
 * read before, without reading it again.
 */
export async function recallSchema(
  { client, connections, place }: Looking,
  extent: Extent,
): Promise<SchemaScript> {
  return schemas.recall(client, extent, () =>
    connections.withPool(place, (pool) => readSchema(pool, extent)),
  );
}

/** What an extent is compared with: a snapshot, and what of it could not be set. */
export interface Recorded {
  readonly snapshot: string;
  readonly unreached?: Unreached | undefined;
}

/** Compares a recorded snapshot with the extent as it is; see `compareSchemas`. */
export async function recallDifferences(
  looking: Looking,
  extent: Extent,
  { snapshot, unreached }: Recorded,
): Promise<readonly string[]> {
  const sha256 = createHash('sha256').update(snapshot).digest('hex');
  return differences.recall(looking.client, [sha256, extent, unreached ?? null], async () =>
    compareSchemas(snapshot, await recallSchema(looking, extent), { unreached }),
  );
}
