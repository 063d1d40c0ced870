import { extract } from '@supabase/pg-delta';
import type { Fact, FactBase } from '@supabase/pg-delta';
import type { Pool } from 'pg';
import { PROJECT_SCHEMAS } from '../../../workflows/domain/names';
import type { Ask, Beside } from './beside';
import { readColumnSettings } from './column-settings';
import { planHalves } from './halves';
import { readIdentitySequences } from './identity-sequences';
import { nameOf } from './object-name';
import { readLosses, readObstacles } from './obstacles';
import { separate } from './reach';
import type { Halves, LeftOut, SchemaScript } from './script';
import { digestOf, serializeSnapshot, takeSnapshot } from './snapshot';
import { readTableSettings } from './table-settings';

/**
 * Reads the schemas as they are in the pool's database, in one read-only snapshot of the catalog, and
 * plans from nothing to what is there. Reads no rows and writes nothing; works in sessions with
 * `default_transaction_read_only = on`. The same catalog always gives the same script.
 */
export async function readSchema(
  pool: Pool,
  schemas: readonly string[] = PROJECT_SCHEMAS,
): Promise<SchemaScript> {
  const catalog = await readCatalog(pool, schemas);
  const reach = separate(catalog.facts, schemas);
  const facts = [...reach.kept, ...reach.troubled];
  const carried = new Set(facts.map(({ id }) => nameOf(id)));
  const beside = catalog.beside.filter((one) => carried.has(nameOf(one.id)));
  const problems = problemLines([...reach.problems, ...catalog.obstacles]);
  const { spared } = reach;
  const snapshot = takeSnapshot({
    all: catalog.facts,
    schemas,
    facts,
    spared,
    beside,
    obstacles: catalog.obstacles,
  });
  return {
    statements: problems.length > 0 ? NOTHING : statementsFor(catalog.facts, reach.kept, beside),
    leftOut: [...reach.leftOut, ...catalog.losses].sort(byObject),
    problems,
    roles: rolesOf(catalog.facts, reach.kept, beside),
    snapshot: serializeSnapshot(snapshot),
    digest: digestOf(snapshot),
  };
}

const NOTHING: Halves = { before: [], after: [] };

interface Catalog {
  readonly facts: FactBase;
  readonly beside: readonly Beside[];
  readonly obstacles: readonly LeftOut[];
  readonly losses: readonly LeftOut[];
}

/** The engine's facts and ours come from one snapshot: its handlers run inside its transaction. */
async function readCatalog(pool: Pool, schemas: readonly string[]): Promise<Catalog> {
  let beside: readonly Beside[] = [];
  let obstacles: readonly LeftOut[] = [];
  let losses: readonly LeftOut[] = [];
  const { factBase } = await extract(pool, {
    handlers: [
      {
        extension: 'moveout',
        capture: async (context) => {
          const query: Ask = (sql) => context.query(sql);
          beside = [
            ...(await readColumnSettings(query, schemas)),
            ...(await readTableSettings(query, schemas)),
            ...(await readIdentitySequences(query, schemas)),
          ];
          obstacles = await readObstacles(query, schemas);
          losses = await readLosses(query, schemas);
          return { facts: [], edges: [] };
        },
      },
    ],
  });
  return { facts: factBase, beside, obstacles, losses };
}

function statementsFor(all: FactBase, kept: readonly Fact[], beside: readonly Beside[]): Halves {
  const planned = planHalves(all, kept);
  const settings = (half: Beside['half']): string[] =>
    beside.filter((one) => one.half === half).flatMap(({ statements }) => statements);
  return {
    before: [...planned.before, ...settings('before')],
    after: [...planned.after, ...settings('after')],
  };
}

function problemLines(problems: readonly LeftOut[]): string[] {
  const first = new Map([...problems].reverse().map(({ object, because }) => [object, because]));
  return [...first].map(([object, because]) => `${object} ${because}`).sort();
}

function rolesOf(all: FactBase, kept: readonly Fact[], beside: readonly Beside[]): string[] {
  const mentioned = kept.flatMap(({ id, payload }) => {
    if (id.kind === 'acl') return [id.grantee];
    if (id.kind === 'defaultPrivilege') return [id.role, id.grantee];
    if (id.kind === 'policy' && Array.isArray(payload['roles']))
      return payload['roles'].map(String);
    return all.outgoingEdges(id).flatMap(({ to }) => (to.kind === 'role' ? [to.name] : []));
  });
  const names = new Set([...mentioned, ...beside.flatMap(({ roles }) => roles)]);
  return [...names].filter((name) => name !== 'PUBLIC' && !name.startsWith('pg_')).sort();
}

function byObject(a: LeftOut, b: LeftOut): number {
  return a.object < b.object ? -1 : 1;
}
