import type { Extent } from '../../workflows/domain/extent';
import type { Job } from '../../workflows/domain/job';
import type { FailureCode } from '../../workflows/domain/failure';
import { failure } from '../runtime/failure';
import { dropArrivals, type Arrivals, dropSchemas } from '../postgres/catalog/schemas';
import type { Connections } from '../postgres/session/connections';
import type { Client } from '../postgres/session/database-client';
import { targetRef } from '../postgres/database';
import { runInTurn } from '../postgres/session/batch';
import { readSchema, schemaObjectsOutsideThatDependOn } from '../postgres/schema';

/** How the parts of an extent are taken away from a database that stays; `restoreAbsent` decides if one is dropped. */
export interface Removal {
  readonly extent: Extent;
  /** Statements for its single tables; the schemas go whole. */
  readonly statements: readonly string[];
  /** Extensions that came along, and what was there before them. */
  readonly arrivals?: Arrivals;
}

/** Reads what takes the extent's parts out of the target, wherever a run left it. */
export async function readRemoval(
  connections: Connections,
  { target, extent }: Job,
): Promise<Removal> {
  if (extent.tables.length + (extent.carried?.length ?? 0) === 0) return { extent, statements: [] };
  const databaseRef = targetRef(target, 'read');
  const script = await connections.withPool(databaseRef, (pool) => readSchema(pool, extent));
  return { extent, statements: script.removal };
}

/**
 * Takes the extent's parts away, in the caller's transaction. Nothing outside goes with them: what
 * has come to depend on them is named in a failure of the code given.
 */
export async function removeParts(
  client: Client,
  { extent, statements, arrivals }: Removal,
  code: FailureCode,
): Promise<void> {
  await runInTurn(client, statements);
  const outside = await schemaObjectsOutsideThatDependOn(client, extent.schemas);
  if (outside.length > 0) {
    const names = [...new Set(outside.map((dependent) => dependent.object))].join(', ');
    throw failure(
      code,
      `objects of other schemas depend on ${extent.schemas.join(' or ')} and would go with them: ${names}`,
    );
  }
  await dropSchemas(client, extent.schemas);
  if (arrivals !== undefined) await dropArrivals(client, arrivals);
}
