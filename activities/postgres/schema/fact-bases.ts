import { buildFactBase, encodeId } from '@supabase/pg-delta';
import type { DependencyEdge, Fact, FactBase, StableId } from '@supabase/pg-delta';

/** A fact base of these facts alone, with the edges between them. */
export function closedBase(facts: Fact[], edges: readonly DependencyEdge[]): FactBase {
  const present = new Set(facts.map((fact) => encodeId(fact.id)));
  const closed = edges.filter(
    (edge) => present.has(encodeId(edge.from)) && present.has(encodeId(edge.to)),
  );
  return buildFactBase(facts, closed);
}

/** The facts, all below them, and all that needs any of these, by encoded id. */
export function withDependents(all: FactBase, roots: readonly Fact[]): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (id: StableId): void => {
    const key = encodeId(id);
    if (found.has(key)) return;
    found.add(key);
    all.childrenOf(id).forEach((child) => {
      add(child.id);
    });
    all.incomingEdges(id).forEach((edge) => {
      if (edge.kind === 'depends') add(edge.from);
    });
  };
  roots.forEach((fact) => {
    add(fact.id);
  });
  return found;
}
