import { encodeId, plan } from '@supabase/pg-delta';
import type { Fact, FactBase } from '@supabase/pg-delta';
import { closedBase, withDependents } from './fact-bases';
import type { Inside } from './inside';

/** The statements that take the single tables of an extent away, with what came for them and what in it needs them. */
export function removalStatements(all: FactBase, { facts, assumed, single }: Inside): string[] {
  if (single.size === 0) return [];
  const roots = facts.filter(({ id }) => single.has(encodeId(id)));
  const gone = withDependents(all, roots);
  const rest = facts.filter(({ id }) => !gone.has(encodeId(id)));
  const base = (some: readonly Fact[]): FactBase => closedBase([...assumed, ...some], all.edges);
  return plan(base(facts), base(rest)).actions.map(({ sql }) => sql);
}
