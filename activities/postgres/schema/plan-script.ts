import {
  encodeId,
  plan,
  type Fact,
  type FactBase,
  buildFactBase,
  type Action,
  type DependencyEdge,
  type StableId,
} from '@supabase/pg-delta';
import { buildsOf } from './builds';
import type { Supplement } from './supplements/supplement';
import { lendPublic, withRightsOfOwners } from './owners';
import type { Build, ScriptParts } from './script';
import { restoreVirtual } from './supplements/columns';
import type { Inside } from './extent-facts';

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
  readonly supplements: readonly Supplement[];
}

/**
 * The statements that lead from nothing but roles to the kept facts. Several plans, not one list cut in two:
 * from nothing to the schemas, to the types, to the tables, to the whole. With the types in place, tables are
 * created with their columns in order. Until the last plan, owners may create in the schemas of what they own.
 */
export function planScript(all: FactBase, source: ScriptSource): ScriptParts {
  const { kept, assumed, extensions, supplements } = source;
  const working = withRightsOfOwners(all, kept, supplements);
  const lent = lendPublic(all, kept);
  const late = withDependents(
    all,
    working.filter((fact) => isLate(all, fact)),
  );
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
  const completing = actions(structured, populated);
  // Rights that are lent hold in one transaction, and no two may lend them at a time.
  const isOfLentSchema = ({ table }: Build): boolean =>
    lent.begin.length > 0 && table.startsWith('public.');
  return {
    preData: [
      ...PREAMBLE,
      ...extensions,
      ...lent.begin,
      ...restoreVirtual(planned, kept),
      ...supplementStatements(supplements, 'before'),
      ...lent.end,
    ],
    postData: [
      ...PREAMBLE,
      ...lent.begin,
      ...inOrder(completing),
      ...supplementStatements(supplements, 'after'),
      ...lent.end,
      ...statements(populated, whole),
      // Last, so that they add no grants to objects created above.
      ...statements(whole, base(kept)),
    ],
    builds: buildsOf(completing, { all, structured }).filter((one) => !isOfLentSchema(one)),
  };
}

function supplementStatements(
  supplements: readonly Supplement[],
  part: Supplement['part'],
): string[] {
  return supplements.filter((one) => one.part === part).flatMap((one) => one.statements);
}

/** A schema, and who may do what in it. */
function isSchema({ id }: Fact): boolean {
  return id.kind === 'schema' || (id.kind === 'acl' && id.target.kind === 'schema');
}

function statements(from: FactBase, to: FactBase): string[] {
  return inOrder(actions(from, to));
}

function actions(from: FactBase, to: FactBase): readonly Action[] {
  const assumedRoles = to.facts().flatMap(({ id }) => (id.kind === 'acl' ? [id.grantee] : []));
  return plan(from, to, { assumedRoles }).actions;
}

function inOrder(planned: readonly Action[]): string[] {
  const all = planned.map((action) => action.sql);
  // What REVOKE takes from somebody on a table it takes on its columns as well.
  return [
    ...all.filter((sql) => !OF_COLUMN.test(sql)),
    ...all.filter((sql) => OF_COLUMN.test(sql)),
  ];
}

/** How statements begin that are about privileges on single columns. */
const OF_COLUMN = /^(?:GRANT|REVOKE) [A-Z]+ \(/;

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

/**
 * A constraint that is NOT VALID waits for the rows: some of them may break it. So does a check of a table that calls
 * a function, which may look for rows that have not come yet.
 */
function isLate(all: FactBase, { id, parent, payload }: Fact): boolean {
  if (id.kind !== 'constraint') return LATE.includes(id.kind);
  if (payload.type !== 'c' || payload.validated === false) return true;
  return (
    parent?.kind !== 'domain' &&
    all.outgoingEdges(id).some(({ kind, to }) => kind === 'depends' && to.kind === 'function')
  );
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

/** The statements that take the single tables of an extent away, with what came for them and what in it needs them. */
export function removalStatements(all: FactBase, { facts, assumed, single }: Inside): string[] {
  if (single.size === 0) return [];
  const roots = facts.filter(({ id }) => single.has(encodeId(id)));
  const gone = withDependents(all, roots);
  const rest = facts.filter(({ id }) => !gone.has(encodeId(id)));
  const base = (some: readonly Fact[]): FactBase => closedBase([...assumed, ...some], all.edges);
  return plan(base(facts), base(rest)).actions.map(({ sql }) => sql);
}

/** A fact base of these facts alone, with the edges between them. */
function closedBase(facts: Fact[], edges: readonly DependencyEdge[]): FactBase {
  const present = new Set(facts.map((fact) => encodeId(fact.id)));
  const closed = edges.filter(
    (edge) => present.has(encodeId(edge.from)) && present.has(encodeId(edge.to)),
  );
  return buildFactBase(facts, closed);
}

/** The facts, all below them, and all that needs any of these, by encoded id. */
function withDependents(all: FactBase, roots: readonly Fact[]): ReadonlySet<string> {
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

/** Every role that statements about the facts mention, and the others given, sorted; without PUBLIC and built-in ones. */
export function rolesOf(
  all: FactBase,
  facts: readonly Fact[],
  others: readonly string[],
): readonly string[] {
  const mentioned = facts.flatMap(({ id, payload }) => {
    if (id.kind === 'acl') return [id.grantee];
    if (id.kind === 'defaultPrivilege') return [id.role, id.grantee];
    if (id.kind === 'policy' && Array.isArray(payload['roles']))
      return payload['roles'].map(String);
    return all.outgoingEdges(id).flatMap(({ to }) => (to.kind === 'role' ? [to.name] : []));
  });
  const names = new Set([...mentioned, ...others]);
  return [...names].filter((name) => name !== 'PUBLIC' && !name.startsWith('pg_')).sort();
}
