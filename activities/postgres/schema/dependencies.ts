import {
  encodeId,
  type DependencyEdge,
  type Fact,
  type FactBase,
  type StableId,
} from '@supabase/pg-delta';
import type { Extent } from '../../../workflows/domain/extent';
import { columnName, tableName } from '../../../workflows/domain/object-names';
import { subtree, type Inside } from './extent-facts';
import { nameOf } from './object-name';
import type { LeftOut, SchemaProblem } from './script';
import { columnsThatStay, tablesThatStay } from './excluded';

/** Why a fact does not come along. */
type KnownReason = readonly [id: StableId, because: string];

/** The part of a database's facts that lies in an extent, and what of it does not come along. */
export interface DependencyReach {
  /** Facts that stand on their own. */
  readonly included: readonly Fact[];
  /** Facts that do not come along and that the rest works without, with all below them. */
  readonly omitted: readonly Fact[];
  /** Facts that cannot come along and must, with all below them. */
  readonly blocked: readonly Fact[];
  readonly leftOut: readonly LeftOut[];
  readonly problems: readonly SchemaProblem[];
}

/**
 * Separates the facts of the extent that need nothing from outside but extensions from those that do, and says
 * why; `known` are reasons that are not among the engine's edges.
 */
export function separate(
  all: FactBase,
  extent: Extent,
  inside: Inside,
  known: readonly KnownReason[] = [],
): DependencyReach {
  const reasons = reasonsToDrop(all, extent, inside, known);
  const reaching = inside.facts.filter(({ id }) => reasons.of(id) !== undefined);
  const own = new Set([...inside.facts, ...inside.assumed].map(({ id }) => encodeId(id)));
  const isSpared = (fact: Fact): boolean => reasons.isChosen(fact.id) || dispensable(fact);
  const chosen = subtrees(
    all,
    reaching.filter(({ id }) => reasons.isChosen(id)),
  );
  const needed = reaching.filter((fact) => !isSpared(fact) && !chosen.has(encodeId(fact.id)));
  const troubled = subtrees(all, needed);
  const dropped = subtrees(all, reaching);
  const isIn = (ids: ReadonlySet<string>) => (fact: Fact) => ids.has(encodeId(fact.id));
  const isTroubled = (fact: Fact): boolean => isIn(troubled)(fact) && !isIn(chosen)(fact);
  const named = (facts: readonly Fact[]): LeftOut[] =>
    facts.map(({ id }) => ({ object: nameOf(id), because: reasons.of(id) ?? '' }));
  return {
    included: inside.facts.filter((fact) => !isIn(dropped)(fact)),
    omitted: inside.facts.filter((fact) => isIn(dropped)(fact) && !isTroubled(fact)),
    blocked: inside.facts.filter(isTroubled),
    leftOut: [...named(reaching.filter(isSpared)), ...published(all, extent)],
    problems: needed.map((fact) => problemOf(all, fact, { own, reasons })),
  };
}

interface ClosureInput {
  /** What is in the extent or is built upon, by encoded id. */
  readonly own: ReadonlySet<string>;
  readonly reasons: Reasons;
}

function problemOf(
  all: FactBase,
  { id, parent }: Fact,
  { own, reasons }: ClosureInput,
): SchemaProblem {
  const edges = all.outgoingEdges(id).filter(({ kind }) => kind === 'depends');
  const member = reasons.rootOf(id);
  return {
    object: nameOf(id),
    because: reasons.of(id) ?? '',
    ...partOf(id, parent),
    needs: [
      ...new Set(edges.filter(({ to }) => !own.has(encodeId(to))).map(({ to }) => nameOf(to))),
    ],
    extension: all
      .outgoingEdges(member)
      .flatMap(({ kind, to }) =>
        kind === 'memberOfExtension' && to.kind === 'extension' ? [to.name] : [],
      )[0],
  };
}

/** The table and the column that an object is, or is part of. */
export function partOf(
  id: StableId,
  parent: StableId | undefined,
): Pick<SchemaProblem, 'table' | 'column'> {
  if (id.kind === 'column' || id.kind === 'default') {
    const table = tableName(id.schema, id.table);
    return { table, column: columnName(table, id.name) };
  }
  if (RELATIONS.includes(id.kind) && 'schema' in id && 'name' in id)
    return { table: tableName(id.schema, id.name) };
  if ('table' in id) return { table: tableName(id.schema, id.table) };
  return parent === undefined ? {} : partOf(parent, undefined);
}

const RELATIONS: readonly string[] = ['table', 'view', 'materializedView', 'foreignTable'];

/**
 * A schema works without these, if less well; all else is a problem when it cannot come along.
 * A unique index is not dispensable: without it rows could arrive that the source refuses.
 */
function dispensable({ id, payload }: Fact): boolean {
  if (id.kind === 'constraint') return payload.type === 'f';
  if (id.kind === 'index') return !isUnique(payload.def);
  return DISPENSABLE.includes(id.kind);
}

const DISPENSABLE: readonly string[] = [
  ...['trigger', 'policy', 'rule', 'view', 'materializedView'],
  'securityLabel',
];

function isUnique(definition: unknown): boolean {
  return typeof definition === 'string' && definition.startsWith('CREATE UNIQUE');
}

/** What stays behind by choice goes first, so that its reason is given for all that hangs on it. */
function reasonsToDrop(
  all: FactBase,
  extent: Extent,
  { facts, assumed }: Inside,
  known: readonly KnownReason[],
): Reasons {
  const reasons = new Reasons(all, facts);
  reasons.choose([...columnsThatStay(all, extent), ...tablesThatStay(all, extent)]);
  const own = new Set([...facts, ...assumed].map((fact) => encodeId(fact.id)));
  for (const fact of facts) {
    const because = reasonOf(fact, all.outgoingEdges(fact.id), own);
    if (because !== undefined) reasons.drop(fact.id, because);
  }
  for (const [id, because] of known) reasons.drop(id, because);
  reasons.spread();
  return reasons;
}

function reasonOf(
  fact: Fact,
  edges: readonly DependencyEdge[],
  own: ReadonlySet<string>,
): string | undefined {
  if (fact.id.kind === 'securityLabel') return `needs the label provider ${fact.id.provider}`;
  const member = edges.find((edge) => edge.kind === 'memberOfExtension');
  if (member) return `belongs to ${nameOf(member.to)}`;
  // The engine's edges come in no order; the same catalog is to give the same reason.
  const [outside] = edges
    .filter((edge) => edge.kind === 'depends' && !own.has(encodeId(edge.to)))
    .map((edge) => nameOf(edge.to))
    .sort();
  return outside === undefined ? undefined : `needs ${outside}`;
}

function subtrees(all: FactBase, facts: readonly Fact[]): ReadonlySet<string> {
  return new Set(facts.flatMap(({ id }) => subtree(all, id)).map(encodeId));
}

function published(all: FactBase, { schemas, tables }: Extent): LeftOut[] {
  const lies = (schema: string, table?: string): boolean =>
    schemas.includes(schema) || (table !== undefined && tables.includes(tableName(schema, table)));
  return all.facts().flatMap(({ id }) => {
    if (id.kind !== 'publicationRel' && id.kind !== 'publicationSchema') return [];
    if (!lies(id.schema, id.kind === 'publicationRel' ? id.table : undefined)) return [];
    return [{ object: nameOf(id), because: 'publications belong to the source database' }];
  });
}

/** Why facts do not come along, collected and then spread to the facts that need them. */
class Reasons {
  readonly #all: FactBase;
  readonly #own: ReadonlySet<string>;
  readonly #reasons = new Map<string, string>();
  /** The object by which each came to its reason: itself, or what it needs. */
  readonly #roots = new Map<string, StableId>();
  readonly #chosen = new Set<string>();
  readonly #queue: StableId[] = [];

  /** `own` are the facts that may get a reason. */
  constructor(all: FactBase, own: readonly Fact[]) {
    this.#all = all;
    this.#own = new Set(own.map(({ id }) => encodeId(id)));
  }

  /** Leaves the facts behind by choice, and all that needs them. */
  choose(ids: readonly StableId[]): void {
    for (const id of ids) this.drop(id, CHOSEN);
    this.#spread((_, via) => `${CHOSEN} with ${via}`);
    for (const key of this.#reasons.keys()) this.#chosen.add(key);
  }

  /** Gives a fact its reason, unless it has one. */
  drop(id: StableId, because: string, root = id): void {
    const key = encodeId(id);
    if (!this.#own.has(key) || this.#reasons.has(key)) return;
    this.#reasons.set(key, because);
    this.#roots.set(key, root);
    this.#queue.push(id);
  }

  /** Gives every fact a reason that needs one that has. */
  spread(): void {
    this.#spread((lost) => `needs ${lost}, which cannot come along`);
  }

  of(id: StableId): string | undefined {
    return this.#reasons.get(encodeId(id));
  }

  /** The object by which it came to its reason, itself if it has none. */
  rootOf(id: StableId): StableId {
    return this.#roots.get(encodeId(id)) ?? id;
  }

  /** Whether the fact itself stays behind by choice, or needs one that does. */
  isChosen(id: StableId): boolean {
    return this.#chosen.has(encodeId(id));
  }

  #spread(because: (lost: string, root: string) => string): void {
    for (let id = this.#queue.shift(); id !== undefined; id = this.#queue.shift()) {
      const below = new Set(subtree(this.#all, id).map(encodeId));
      for (const lost of subtree(this.#all, id)) {
        for (const from of this.#dependentsOf(lost)) {
          if (!below.has(encodeId(from)))
            this.drop(from, because(nameOf(lost), nameOf(id)), this.rootOf(id));
        }
      }
    }
  }

  /** In order, for the engine's edges come in none: the same catalog is to give the same reasons. */
  #dependentsOf(id: StableId): StableId[] {
    return this.#all
      .incomingEdges(id)
      .flatMap(({ kind, from }) => (kind === 'depends' ? [from] : []))
      .sort((a, b) => (encodeId(a) < encodeId(b) ? -1 : 1));
  }
}

const CHOSEN = 'stays behind by configuration';
