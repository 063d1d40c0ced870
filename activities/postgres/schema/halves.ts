import { encodeId, plan } from '@supabase/pg-delta';
import type { Fact, FactBase } from '@supabase/pg-delta';
import type { Supplement } from './beside';
import { closedBase, withDependents } from './fact-bases';
import { lendPublic, withRightsOfOwners } from './owners';
import type { ScriptParts } from './script';
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
export interface ScriptSource {
  readonly kept: readonly Fact[];
  /** Facts that are there already. */
  readonly assumed: readonly Fact[];
  /** The statements that make sure of the extensions among them. */
  readonly extensions: readonly string[];
  /** What the schema engine does not see. */
  readonly beside: readonly Supplement[];
}

/**
 * The statements that lead from nothing but roles to the kept facts. Several plans, not one list cut in two:
 * from nothing to the schemas, to the types, to the tables, to the whole. With the types in place, tables are
 * created with their columns in order. Until the last plan, owners may create in the schemas of what they own.
 */
export function planScript(all: FactBase, source: ScriptSource): ScriptParts {
  const { kept, assumed, extensions, beside } = source;
  const working = withRightsOfOwners(all, kept, beside);
  const lent = lendPublic(all, kept);
  const late = withDependents(all, working.filter(isLate));
  const structure = working.filter((fact) => !late.has(encodeId(fact.id))).map(withoutLateIdentity);
  const early = earlyFacts(all, structure);
  const isLast = ({ id }: Fact): boolean => id.kind === 'defaultPrivilege';
  const base = (facts: readonly Fact[]): FactBase => closedBase([...assumed, ...facts], all.edges);
  const schemas = base(structure.filter(isSchema));
  const types = base(early);
  const structured = base(structure);
  const populated = base(working.filter((fact) => !isLast(fact)));
  const whole = base(kept.filter((fact) => !isLast(fact)));
  const planned = [
    ...statements(base([]), schemas),
    ...statements(schemas, types),
    ...statements(types, structured),
  ];
  return {
    preData: [
      ...PREAMBLE,
      ...extensions,
      ...lent.begin,
      ...restoreVirtual(planned, kept),
      ...statementsBeside(beside, 'before'),
      ...lent.end,
    ],
    postData: [
      ...PREAMBLE,
      ...lent.begin,
      ...statements(structured, populated),
      ...statementsBeside(beside, 'after'),
      ...lent.end,
      ...statements(populated, whole),
      // Last, so that they add no grants to objects created above.
      ...statements(whole, base(kept)),
    ],
  };
}

function statementsBeside(beside: readonly Supplement[], half: Supplement['half']): string[] {
  return beside.filter((one) => one.half === half).flatMap((one) => one.statements);
}

/** A schema, and who may do what in it. */
function isSchema({ id }: Fact): boolean {
  return id.kind === 'schema' || (id.kind === 'acl' && id.target.kind === 'schema');
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
