import type { Extent } from '../../workflows/domain/extent';
import type { Problem } from '../../workflows/domain/plan';
import type { Client } from '../postgres/database-client';
import { schemaObjectsOutsideThatDependOn, type SchemaScript } from '../postgres/schema';

/** Objects of other schemas that depend on what moves, and do not move: foreign keys, views, policies. */
export async function readOutside(client: Client, extent: Extent): Promise<readonly Problem[]> {
  const found = await schemaObjectsOutsideThatDependOn(client, extent.schemas);
  const names = found
    .filter(({ object }) => !extent.tables.some((table) => object.endsWith(` on ${table}`)))
    .map(({ kind, object }) => `${kind} ${object}`);
  return [...new Set(names)].map((name) => leftOut(name, 'it is in another schema'));
}

/** Objects of the schemas that reach outside, and so cannot come along. */
export function reachingOut(schema: SchemaScript | undefined): readonly Problem[] {
  return (schema?.leftOut ?? []).map(({ object, because }) => leftOut(object, because));
}

function leftOut(object: string, because: string): Problem {
  return { code: 'left-out', message: `${object} stays behind: ${because}` };
}
