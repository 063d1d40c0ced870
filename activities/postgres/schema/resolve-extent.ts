import { encodeId } from '@supabase/pg-delta';
import type { Fact } from '@supabase/pg-delta';
import type { Extent } from '../../../workflows/domain/extent';
import type { Supplement } from './supplements/supplement';
import { neededExtensions } from './extensions';
import { factsInside } from './extent-facts';
import type { Inside } from './extent-facts';
import { passedOver } from './invalid-indexes';
import { nameOf } from './object-name';
import { partOf, separate } from './dependencies';
import type { DependencyReach } from './dependencies';
import type { Catalog } from './read-catalog';
import type { Extension, LeftOut, SchemaProblem } from './script';
import { needsOfFacts } from './outside-objects';
import { brokenPartitioning, withoutLostIdentity } from './excluded';

/** What of an extent comes along, what does not, and why. */
export interface ResolvedExtent {
  readonly inside: Inside;
  readonly kept: readonly Fact[];
  /** Kept facts, and those that would be if they could: what a database holds of the extent. */
  readonly facts: readonly Fact[];
  readonly spared: readonly Fact[];
  readonly supplements: readonly Supplement[];
  readonly extensions: readonly Extension[];
  readonly obstacles: readonly LeftOut[];
  readonly leftOut: readonly LeftOut[];
  readonly passedOver: readonly LeftOut[];
  readonly problems: readonly SchemaProblem[];
}

/** Classifies everything that the catalog holds of the extent. */
export function resolveExtent(catalog: Catalog, extent: Extent): ResolvedExtent {
  const inside = factsInside(catalog.facts, extent);
  const outside = needsOfFacts(inside.facts, catalog.outsideNeeds);
  const reach = separate(catalog.facts, extent, inside, outside.dropped);
  const tables = resolveTables(reach);
  const facts = [...tables.kept, ...reach.blocked];
  const supplements = resolveSupplements(catalog.supplements, facts);
  const types = resolveTypes(catalog, inside, reach.omitted);
  const known = { installed: catalog.installed, alsoNeeded: types.extensions };
  const extensions = neededExtensions(catalog.facts, facts, known);
  const behind = new Set(reach.omitted.map(({ id }) => nameOf(id)));
  const obstacles = [...catalog.obstacles, ...outside.others, ...types.obstacles].filter(
    ({ object }) => !behind.has(object),
  );
  return {
    inside,
    kept: tables.kept,
    facts,
    spared: reach.omitted,
    supplements: supplements.kept,
    extensions,
    obstacles,
    leftOut: [...reach.leftOut, ...catalog.losses, ...tables.lost, ...supplements.lost],
    passedOver: [...passedOver(catalog.invalidIndexes), ...catalog.unknownOptions],
    problems: [
      ...reach.problems,
      ...obstacles.map((obstacle) => ({ ...obstacle, ...tableOf(inside.facts, obstacle) })),
      ...brokenPartitioning(inside.facts, extent),
      ...rebuiltExtensions(extensions, inside),
    ],
  };
}

/** The table and the column that an object of this name is, or is part of. */
function tableOf(
  facts: readonly Fact[],
  { object }: LeftOut,
): Pick<SchemaProblem, 'table' | 'column'> {
  const found = facts.find(({ id }) => nameOf(id) === object);
  return found === undefined ? {} : partOf(found.id, found.parent);
}

function resolveTables({ included: kept }: DependencyReach): {
  readonly kept: Fact[];
  readonly lost: LeftOut[];
} {
  const present = new Set(kept.map(({ id }) => encodeId(id)));
  const resolved = kept.map((fact) => withoutLostIdentity(fact, present));
  const lost = kept
    .filter((fact, at) => resolved[at] !== fact)
    .map(({ id }) => ({
      object: `replica identity of ${nameOf(id)}`,
      because: 'needs an index that does not come along',
    }));
  return { kept: resolved, lost };
}

function resolveSupplements(
  all: readonly Supplement[],
  facts: readonly Fact[],
): { readonly kept: Supplement[]; readonly lost: LeftOut[] } {
  const carried = new Set(facts.map(({ id }) => encodeId(id)));
  const about = all.filter(({ id }) => carried.has(encodeId(id)));
  const missing = ({ needs = [] }: Supplement) => needs.find((id) => !carried.has(encodeId(id)));
  return {
    kept: about.filter((one) => missing(one) === undefined),
    lost: about.flatMap((one) => {
      const need = missing(one);
      if (need === undefined) return [];
      const object = `${one.attribute} of ${nameOf(one.id)}`;
      return [{ object, because: `needs ${nameOf(need)}, which does not come along` }];
    }),
  };
}

/** Types of other schemas are there when they came for single tables or belong to an extension. */
function resolveTypes(
  { foreignTypes }: Catalog,
  inside: Inside,
  spared: readonly Fact[],
): { readonly extensions: string[]; readonly obstacles: SchemaProblem[] } {
  const own = new Set(inside.facts.map(({ id }) => encodeId(id)));
  const behind = new Set(spared.map(({ id }) => nameOf(id)));
  const wanted = foreignTypes.filter(({ object }) => !behind.has(object));
  return {
    extensions: wanted.flatMap(({ extension }) => (extension === undefined ? [] : [extension])),
    obstacles: wanted
      .filter(({ extension, id }) => extension === undefined && !own.has(encodeId(id)))
      .map(({ object, type, id }) => ({
        object,
        because: `needs type ${type}`,
        needs: [nameOf(id)],
      })),
  };
}

/** An extension can only be made first if its schema is not one of those that are made after it. */
function rebuiltExtensions(extensions: readonly Extension[], { facts }: Inside): SchemaProblem[] {
  const made = new Set(facts.flatMap(({ id }) => (id.kind === 'schema' ? [id.name] : [])));
  return extensions
    .filter(({ schema }) => made.has(schema))
    .map(({ name, schema }) => ({
      object: nameOf({ kind: 'extension', name }),
      because: `is installed in schema ${schema}, which cannot be made before it`,
      extension: name,
    }));
}
