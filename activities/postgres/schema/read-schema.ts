import type { Pool, Client } from 'pg';
import { PROJECT_EXTENT, type Extent } from '../../../workflows/domain/extent';
import type { Enforcement } from './foreign-types';
import { extensionStatements } from './extensions';
import { planScript, removalStatements, rolesOf } from './plan-script';
import type { Inside } from './extent-facts';
import { resolveExtent } from './resolve-extent';
import { nameOf } from './object-name';
import { readCatalog } from './read-catalog';
import type { ScriptParts, LeftOut, SchemaScript } from './script';
import { digestOf, serializeSnapshot, takeSnapshot } from './snapshot';
import { createHash } from 'node:crypto';
import type { Unreached } from '../../../workflows/domain/plan';
import { CatalogCache } from '../catalog/cache';
import type { Connections } from '../session/connections';
import type { DatabaseRef } from '../session/database-ref';
import { compareSchemas } from './compare';

/**
 * Reads the extent as it is in the pool's database, in one read-only snapshot of the catalog, and plans
 * from nothing to what is there. Reads no rows and writes nothing; works in sessions with
 * `default_transaction_read_only = on`. The same catalog always gives the same script. A single table that
 * does not exist is not in the script, and that is no problem of it.
 */
export async function readSchema(
  pool: Pool,
  extent: Extent = PROJECT_EXTENT,
): Promise<SchemaScript> {
  const catalog = await readCatalog(pool, () => extent);
  const { facts: all, enforcement, server } = catalog;
  const resolved = resolveExtent(catalog, extent);
  const { inside, kept, supplements, extensions } = resolved;
  const problems = problemLines(resolved.problems);
  const first = extensionStatements(all, extensions);
  const snapshot = takeSnapshot({ ...resolved, all, extent, enforcement, server });
  const statements = onDemand(() => {
    if (problems.length > 0) return NOTHING;
    const { assumed } = inside;
    return planScript(all, { kept, assumed, extensions: first.statements, supplements });
  });
  const removal = onDemand(() => removalStatements(all, inside));
  return {
    get statements() {
      return statements();
    },
    get removal() {
      return removal();
    },
    absent: absentOf(extent, inside),
    problemsUnder: (change) => resolveExtent(catalog, { ...extent, ...change }).problems,
    leftOut: [...resolved.leftOut, ...unenforced(enforcement)].sort(byObject),
    passedOver: [...resolved.passedOver].sort(byObject),
    problems,
    extensions,
    roles: rolesOf(all, kept, [...first.roles, ...supplements.flatMap(({ roles }) => roles)]),
    snapshot: serializeSnapshot(snapshot),
    digest: digestOf(snapshot),
  };
}

function absentOf({ carried = [] }: Extent, { facts }: Inside): readonly string[] {
  if (carried.length === 0) return [];
  const names = new Set(facts.map(({ id }) => nameOf(id)));
  return carried.filter((name) => !names.has(name));
}

/** Planning costs more than reading, and who only compares does not need it. */
function onDemand<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

const NOTHING: ScriptParts = { preData: [], postData: [], builds: [] };

function unenforced(enforcement: Enforcement): LeftOut[] {
  return Object.entries(enforcement).map(([constraint, value]) => ({
    object: `${value === 'off' ? 'switched-off' : 'changed'} enforcement of ${constraint}`,
    because: 'a constraint is enforced in the target',
  }));
}

function problemLines(problems: readonly LeftOut[]): string[] {
  const first = new Map([...problems].reverse().map(({ object, because }) => [object, because]));
  return [...first].map(([object, because]) => `${object} ${because}`).sort();
}

function byObject(a: LeftOut, b: LeftOut): number {
  return a.object < b.object ? -1 : 1;
}

const schemas = new CatalogCache<SchemaScript>();
const differences = new CatalogCache<readonly string[]>();

/** A session in the database that `place` names, and a way to open others there. */
export interface SchemaSession {
  readonly client: Client;
  readonly connections: Connections;
  readonly databaseRef: DatabaseRef;
}

/**
 * The extent as `readSchema` reads it; in a read-only snapshot whose catalog is one that this process has
 * read before, without reading it again.
 */
export async function cachedSchema(
  { client, connections, databaseRef }: SchemaSession,
  extent: Extent,
): Promise<SchemaScript> {
  return schemas.getOrLoad(client, extent, () =>
    connections.withPool(databaseRef, (pool) => readSchema(pool, extent)),
  );
}

/** What an extent is compared with: a snapshot, and what of it could not be set. */
export interface RecordedSchema {
  readonly snapshot: string;
  readonly unreached?: Unreached | undefined;
}

/** Compares a recorded snapshot with the extent as it is; see `compareSchemas`. */
export async function cachedDifferences(
  looking: SchemaSession,
  extent: Extent,
  { snapshot, unreached }: RecordedSchema,
): Promise<readonly string[]> {
  const sha256 = createHash('sha256').update(snapshot).digest('hex');
  return differences.getOrLoad(looking.client, [sha256, extent, unreached ?? null], async () =>
    compareSchemas(snapshot, await cachedSchema(looking, extent), { unreached }),
  );
}
