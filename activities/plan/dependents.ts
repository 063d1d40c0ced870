import type { Extent } from '../../workflows/domain/extent';
import type { Problem } from '../../workflows/domain/plan';
import type { Client } from '../postgres/session/database-client';
import { CatalogCache } from '../postgres/catalog/cache';
import {
  quotedNames,
  schemaObjectsOutsideThatDependOn,
  type SchemaScript,
} from '../postgres/schema';

const dependents = new CatalogCache<readonly string[]>();

/** Objects of other schemas that depend on what moves, and do not move: foreign keys, views, policies. */
export async function readOutside(client: Client, extent: Extent): Promise<readonly Problem[]> {
  const names = await dependentsOf(client, extent);
  return names.map((name) => leftOut(name, 'it is in another schema'));
}

/**
 * What depends on the extent's schemas and is not in the extent, by kind and name, each once; its
 * single tables are taken care of by themselves.
 */
export async function dependentsOf(client: Client, extent: Extent): Promise<readonly string[]> {
  return dependents.getOrLoad(client, extent, () => listDependents(client, extent));
}

async function listDependents(client: Client, extent: Extent): Promise<readonly string[]> {
  const found = await schemaObjectsOutsideThatDependOn(client, extent.schemas);
  const own = await quotedNames(client, extent.tables);
  const others = found.filter(
    ({ object }) => !own.some((table) => object.endsWith(` on ${table}`)),
  );
  return [...new Set(others.map(({ kind, object }) => `${kind} ${object}`))];
}

/** Objects of the schemas that reach outside, and so cannot come along, and those that pg_dump leaves out as well. */
export function reachingOut(schema: SchemaScript | undefined): readonly Problem[] {
  return [...(schema?.leftOut ?? []), ...(schema?.passedOver ?? [])].map(({ object, because }) =>
    leftOut(object, because),
  );
}

function leftOut(object: string, because: string): Problem {
  return { code: 'left-out', message: `${object} stays behind: ${because}` };
}

/** What of a target's own is not kept, in its words. */
export function notKept(database: string, schema: SchemaScript): readonly Problem[] {
  return schema.passedOver.map(({ object, because }) => ({
    code: 'left-out',
    message: `in the target "${database}": ${object} does not stay: ${because}`,
  }));
}
