import { createHash } from 'node:crypto';
import type { Fact } from '@supabase/pg-delta';
import type { Pool } from 'pg';
import { nameOf, schemaOf } from './object-name';
import { readCatalog } from './read-catalog';
import type { Catalog } from './read-catalog';
import { canonical, describeFacts } from './snapshot';

/** moveout's own schema, which comes and goes with a migration. */
const OWN_SCHEMA = 'moveout';

/** These belong to the server, not to the database. */
const CLUSTER: readonly string[] = ['role', 'membership'];

/**
 * SHA-256 (hex) over every object of all schemas of the pool's database, with owners, grants, extensions and
 * what no script can carry; not over roles, rows, the state of sequences, the order of columns and the schema
 * `moveout`. Equal as long as nothing of that differs, whatever the OIDs, on the same major version.
 */
export async function catalogDigest(pool: Pool): Promise<string> {
  const catalog = await readCatalog(pool, (names) => ({
    schemas: names.filter((name) => name !== OWN_SCHEMA),
    tables: [],
    withoutColumns: [],
  }));
  return createHash('sha256')
    .update(canonical(wholeOf(catalog)))
    .digest('hex');
}

function wholeOf({ facts, beside, ...catalog }: Catalog): Readonly<Record<string, unknown>> {
  return {
    objects: describeFacts(facts, facts.facts().filter(isCompared)),
    beside: beside.map(({ id, attribute, value }) => [nameOf(id), attribute, value]).sort(),
    obstacles: catalog.obstacles,
    losses: catalog.losses,
    enforcement: catalog.enforcement,
    extensions: catalog.installed,
  };
}

function isCompared({ id }: Fact): boolean {
  return !CLUSTER.includes(id.kind) && schemaOf(id) !== OWN_SCHEMA;
}
