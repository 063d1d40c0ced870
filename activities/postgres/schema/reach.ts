import { encodeId } from '@supabase/pg-delta';
import type { DependencyEdge, Fact, FactBase, StableId } from '@supabase/pg-delta';
import { nameOf, schemaOf } from './object-name';
import type { LeftOut } from './script';

/** The part of a database's facts that lies in the schemas, and what of it reaches outside. */
export interface Reach {
  /** Facts that stand on their own. */
  readonly kept: readonly Fact[];
  /** Facts that cannot come along and that the schema works without, with all below them. */
  readonly spared: readonly Fact[];
  /** Facts that cannot come along and must, with all below them. */
  readonly troubled: readonly Fact[];
  readonly leftOut: readonly LeftOut[];
  readonly problems: readonly LeftOut[];
}

/** Separates the facts of the schemas that need nothing from outside from those that do, and says why. */
export function separate(all: FactBase, schemas: readonly string[]): Reach {
  const inside = all.facts().filter((fact) => schemas.includes(schemaOf(fact.id) ?? ''));
  const reasons = reasonsToDrop(all, inside);
  const reaching = inside.filter((fact) => reasons.has(encodeId(fact.id)));
  const needed = reaching.filter((fact) => !dispensable(fact));
  const troubled = subtrees(all, needed);
  const dropped = subtrees(all, reaching);
  const isIn = (ids: ReadonlySet<string>) => (fact: Fact) => ids.has(encodeId(fact.id));
  const named = (facts: readonly Fact[]): LeftOut[] =>
    facts.map(({ id }) => ({ object: nameOf(id), because: reasons.get(encodeId(id)) ?? '' }));
  return {
    kept: inside.filter((fact) => !isIn(dropped)(fact)),
    spared: inside.filter((fact) => isIn(dropped)(fact) && !isIn(troubled)(fact)),
    troubled: inside.filter(isIn(troubled)),
    leftOut: [...named(reaching.filter(dispensable)), ...published(all, schemas)],
    problems: named(needed),
  };
}

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

function reasonsToDrop(all: FactBase, inside: readonly Fact[]): Map<string, string> {
  const own = new Set(inside.map((fact) => encodeId(fact.id)));
  const reasons = new Map<string, string>();
  const queue: StableId[] = [];
  const drop = (id: StableId, because: string): void => {
    const key = encodeId(id);
    if (!own.has(key) || reasons.has(key)) return;
    reasons.set(key, because);
    queue.push(id);
  };
  for (const fact of inside) {
    const because = reasonOf(fact, all.outgoingEdges(fact.id), own);
    if (because !== undefined) drop(fact.id, because);
  }
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    for (const lost of subtree(all, id)) {
      for (const edge of all.incomingEdges(lost)) {
        if (edge.kind === 'depends' && !isBelow(all, edge.from, id)) {
          drop(edge.from, `needs ${nameOf(lost)}, which cannot come along`);
        }
      }
    }
  }
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
  const outside = edges.find((edge) => edge.kind === 'depends' && !own.has(encodeId(edge.to)));
  return outside && `needs ${nameOf(outside.to)}`;
}

function subtree(all: FactBase, id: StableId): StableId[] {
  return [id, ...all.childrenOf(id).flatMap((child) => subtree(all, child.id))];
}

function subtrees(all: FactBase, facts: readonly Fact[]): ReadonlySet<string> {
  return new Set(facts.flatMap(({ id }) => subtree(all, id)).map(encodeId));
}

function isBelow(all: FactBase, id: StableId, root: StableId): boolean {
  return subtree(all, root).some((below) => encodeId(below) === encodeId(id));
}

function published(all: FactBase, schemas: readonly string[]): LeftOut[] {
  return all
    .facts()
    .flatMap(({ id }) =>
      (id.kind === 'publicationRel' || id.kind === 'publicationSchema') &&
      schemas.includes(id.schema)
        ? [{ object: nameOf(id), because: 'publications belong to the source database' }]
        : [],
    );
}
