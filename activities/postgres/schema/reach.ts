import { encodeId } from '@supabase/pg-delta';
import type { DependencyEdge, Fact, FactBase } from '@supabase/pg-delta';
import type { Extent } from '../../../workflows/domain/extent';
import { tableName } from '../../../workflows/domain/object-names';
import { subtree } from './inside';
import type { Inside } from './inside';
import { nameOf } from './object-name';
import { Reasons } from './reasons';
import type { LeftOut } from './script';
import { columnsThatStay } from './stay-behind';

/** The part of a database's facts that lies in an extent, and what of it does not come along. */
export interface Reach {
  /** Facts that stand on their own. */
  readonly kept: readonly Fact[];
  /** Facts that do not come along and that the rest works without, with all below them. */
  readonly spared: readonly Fact[];
  /** Facts that cannot come along and must, with all below them. */
  readonly troubled: readonly Fact[];
  readonly leftOut: readonly LeftOut[];
  readonly problems: readonly LeftOut[];
}

/** Separates the facts of the extent that need nothing from outside but extensions from those that do, and says why. */
export function separate(all: FactBase, extent: Extent, inside: Inside): Reach {
  const reasons = reasonsToDrop(all, extent, inside);
  const reaching = inside.facts.filter(({ id }) => reasons.of(id) !== undefined);
  const isSpared = (fact: Fact): boolean => reasons.isChosen(fact.id) || dispensable(fact);
  const needed = reaching.filter((fact) => !isSpared(fact));
  const chosen = subtrees(
    all,
    reaching.filter(({ id }) => reasons.isChosen(id)),
  );
  const troubled = subtrees(all, needed);
  const dropped = subtrees(all, reaching);
  const isIn = (ids: ReadonlySet<string>) => (fact: Fact) => ids.has(encodeId(fact.id));
  const isTroubled = (fact: Fact): boolean => isIn(troubled)(fact) && !isIn(chosen)(fact);
  const named = (facts: readonly Fact[]): LeftOut[] =>
    facts.map(({ id }) => ({ object: nameOf(id), because: reasons.of(id) ?? '' }));
  return {
    kept: inside.facts.filter((fact) => !isIn(dropped)(fact)),
    spared: inside.facts.filter((fact) => isIn(dropped)(fact) && !isTroubled(fact)),
    troubled: inside.facts.filter(isTroubled),
    leftOut: [...named(reaching.filter(isSpared)), ...published(all, extent)],
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

/** What stays behind by choice goes first, so that its reason is given for all that hangs on it. */
function reasonsToDrop(all: FactBase, extent: Extent, { facts, assumed }: Inside): Reasons {
  const reasons = new Reasons(all, facts);
  reasons.choose(columnsThatStay(all, extent));
  const own = new Set([...facts, ...assumed].map((fact) => encodeId(fact.id)));
  for (const fact of facts) {
    const because = reasonOf(fact, all.outgoingEdges(fact.id), own);
    if (because !== undefined) reasons.drop(fact.id, because);
  }
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
