import { encodeId, plan } from '@supabase/pg-delta';
import type { Fact, FactBase } from '@supabase/pg-delta';
import { closedBase, withDependents } from './fact-bases';
import type { Halves } from './script';
import { restoreVirtual } from './virtual-columns';

/**
 * Both halves start with these, so that a half means the same in every session. They hold until its
 * transaction ends. Bodies are not checked because a function may name a table that comes later.
 */
const PREAMBLE = [
  'SET LOCAL search_path = pg_catalog',
  'SET LOCAL check_function_bodies = off',
  "SET LOCAL default_tablespace = ''",
  'SET LOCAL default_table_access_method = heap',
] as const;

/** What halves are planned from. */
export interface HalvesSource {
  readonly kept: readonly Fact[];
  /** Facts that are there already. */
  readonly assumed: readonly Fact[];
  /** The statements that make sure of the extensions among them. */
  readonly extensions: readonly string[];
}

/**
 * The statements that lead from nothing but roles to the kept facts. Several plans, not one list cut in two:
 * from nothing to the types, to the tables, to the whole. With the types in place, tables are created with
 * their columns in order.
 */
export function planHalves(all: FactBase, { kept, assumed, extensions }: HalvesSource): Halves {
  const late = withDependents(all, kept.filter(isLate));
  const structure = kept.filter((fact) => !late.has(encodeId(fact.id))).map(withoutLateIdentity);
  const early = earlyFacts(all, structure);
  const whole = kept.filter((fact) => fact.id.kind !== 'defaultPrivilege');
  const base = (facts: readonly Fact[]): FactBase => closedBase([...assumed, ...facts], all.edges);
  const types = base(early);
  const structured = base(structure);
  const populated = base(whole);
  const planned = [...statements(base([]), types), ...statements(types, structured)];
  return {
    before: [...PREAMBLE, ...extensions, ...restoreVirtual(planned, kept)],
    after: [
      ...PREAMBLE,
      ...statements(structured, populated),
      // Last, so that they add no grants to objects created above.
      ...statements(populated, base(kept)),
    ],
  };
}

function statements(from: FactBase, to: FactBase): string[] {
  const assumedRoles = to.facts().flatMap(({ id }) => (id.kind === 'acl' ? [id.grantee] : []));
  return plan(from, to, { assumedRoles }).actions.map((action) => action.sql);
}

/** Schemas and types that need nothing but each other, with what hangs on them. */
function earlyFacts(all: FactBase, structure: readonly Fact[]): Fact[] {
  const later = withDependents(
    all,
    structure.filter(({ id, parent }) => !EARLY.includes(id.kind) && parent?.kind !== 'domain'),
  );
  return structure.filter(({ id }) => !later.has(encodeId(id)));
}

/** Comments, privileges and the like are early when what they hang on is. */
const EARLY: readonly string[] = [
  ...['schema', 'type', 'domain', 'collation', 'typeAttribute'],
  ...['acl', 'comment'],
];

/** A constraint that is NOT VALID waits for the rows: some of them may break it. */
function isLate({ id, payload }: Fact): boolean {
  if (id.kind === 'constraint') return payload.type !== 'c' || payload.validated === false;
  return LATE.includes(id.kind);
}

const LATE: readonly string[] = [
  ...['index', 'trigger', 'policy', 'rule', 'materializedView'],
  'defaultPrivilege',
];

/** A replica identity by index cannot be set before its index is there. */
function withoutLateIdentity(fact: Fact): Fact {
  if (fact.id.kind !== 'table' || fact.payload.replicaIdentity !== 'i') return fact;
  return {
    ...fact,
    payload: { ...fact.payload, replicaIdentity: 'd', replicaIdentityIndex: null },
  };
}
