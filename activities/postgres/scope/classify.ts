import { columnName, splitColumn } from '../../../workflows/domain/object-names';
import { keyPathOf, type Scopes, type TableScope } from '../../../workflows/domain/scopes';
import type { TableFacts } from '../catalog/tables';
import { ident, qualified } from '../identifiers';
import { among } from './keys';
import { BUILT_IN_RULES, type ScopeRule } from './rules';

/** The rule of every table that a source has, and what no rule can be found for. */
export interface Classification {
  readonly rules: ReadonlyMap<string, ScopeRule>;
  /** Tables that no rule covers, with foreign keys or not. */
  readonly uncovered: readonly TableFacts[];
  /** What is wrong with the configured scopes, one line each. */
  readonly faults: readonly string[];
}

const builtIn = new Map(BUILT_IN_RULES.map((rule) => [rule.table, rule]));

/**
 * Finds the rule of each table: a configured one over a built-in one. Every table is covered, or
 * named as uncovered; a configured scope that does not fit the source is a fault.
 */
export function classify(tables: readonly TableFacts[], scopes: Scopes): Classification {
  const present = new Map(tables.map((facts) => [facts.table, facts]));
  const faults = [
    ...Object.entries(scopes.tables).flatMap(([table, scope]) =>
      faultsOf(table, scope, { present, left: Object.keys(scopes.columns) }),
    ),
    ...Object.keys(scopes.columns).flatMap((column) => columnFaults(column, scopes, present)),
  ];
  if (faults.length > 0) return { rules: new Map(), uncovered: [], faults };
  const rules = new Map<string, ScopeRule>();
  const uncovered: TableFacts[] = [];
  for (const facts of tables) {
    const configured = scopes.tables[facts.table];
    const rule =
      configured === undefined
        ? builtIn.get(facts.table)
        : configuredRule(facts.table, configured, { present, rules });
    if (rule === undefined) uncovered.push(facts);
    else rules.set(facts.table, dropped(rule, scopes));
  }
  return { rules, uncovered, faults: pathFaults(rules, scopes) };
}

type Present = ReadonlyMap<string, TableFacts>;

function faultsOf(
  table: string,
  scope: TableScope,
  { present, left }: { readonly present: Present; readonly left: readonly string[] },
): readonly string[] {
  const facts = present.get(table);
  const where = `tables."${table}"`;
  if (facts === undefined) {
    return scope.scope === 'excluded' ? [] : [`${where}: the source has no such table`];
  }
  if (builtIn.get(table)?.kind === 'root') {
    return [`${where}: the tenancy says which of its rows belong to a project; no scope can`];
  }
  if (!('via' in scope)) return [];
  const path = keyPathOf(scope.via);
  const parent = present.get(path.table);
  const has = (of: TableFacts, column: string): boolean =>
    left.includes(columnName(of.table, column)) || of.columns.some(({ name }) => name === column);
  const own = has(facts, path.column);
  if (!own) return [`${where}: via: ${table} has no column "${path.column}"`];
  if (parent === undefined) return [`${where}: via: the source has no table ${path.table}`];
  const key = has(parent, path.key);
  return key ? [] : [`${where}: via: ${path.table} has no column "${path.key}"`];
}

/** A column can stay behind only if the rows do not need it. */
function columnFaults(column: string, scopes: Scopes, present: Present): readonly string[] {
  const [table, name] = splitColumn(column);
  const where = `columns."${column}"`;
  if (!present.has(table)) return [`${where}: the source has no table ${table}`];
  const needing = Object.entries(scopes.tables).find(([of, scope]) => {
    if (!('via' in scope)) return false;
    const path = keyPathOf(scope.via);
    return (of === table && path.column === name) || (path.table === table && path.key === name);
  });
  if (needing === undefined) return [];
  return [`${where}: the scope of ${needing[0]} goes by it, so it cannot stay behind`];
}

interface Known {
  readonly present: Present;
  readonly rules: ReadonlyMap<string, ScopeRule>;
}

function configuredRule(table: string, scope: TableScope, known: Known): ScopeRule {
  switch (scope.scope) {
    case 'excluded':
      return { table, kind: 'excluded', rule: scope.because, where: () => 'false' };
    case 'bookkeeping':
      return { table, kind: 'bookkeeping', rule: 'verbatim', where: () => 'true' };
    case 'owned':
    case 'shared':
    case 'ephemeral':
      return {
        table,
        kind: scope.scope,
        rule: scope.via.replace(/\s*->\s*/, ' → '),
        where: (keys) => throughParent(table, scope.via, known)(keys),
      };
  }
}

/** The rows whose column holds the key of a row of the parent that is in scope itself. */
function throughParent(table: string, via: string, { present, rules }: Known): ScopeRule['where'] {
  const path = keyPathOf(via);
  const typeOf = (of: string, column: string): string | undefined =>
    present.get(of)?.columns.find(({ name }) => name === column)?.type;
  const types = [typeOf(table, path.column), typeOf(path.table, path.key)];
  const comparable = (column: string): string => {
    if (types[0] === types[1]) return column;
    // As text a uuid may be written in capitals.
    return types.includes('uuid') ? `lower(${column}::text)` : `${column}::text`;
  };
  return (keys) => {
    const parent = rules.get(path.table)?.where(keys) ?? 'false';
    // Inside the parentheses `t` is the parent.
    const theirs = `SELECT ${comparable(`t.${ident(path.key)}`)} FROM ${qualified(path.table)} AS t WHERE ${parent}`;
    const column = comparable(`t.${ident(path.column)}`);
    return keys.users.isList ? `${column} IN (${theirs})` : among(column, theirs);
  };
}

/** A key path must lead, table by table, to rows that a rule gives to the project. */
function pathFaults(rules: ReadonlyMap<string, ScopeRule>, scopes: Scopes): readonly string[] {
  return Object.entries(scopes.tables).flatMap(([table, scope]) => {
    if (!('via' in scope)) return [];
    const trail = [table];
    for (let next = nextOf(table, scopes); next !== undefined; next = nextOf(next, scopes)) {
      const here = [...trail, next].join(' → ');
      if (trail.includes(next)) return [`tables."${table}": via: ${here} is a circle`];
      trail.push(next);
      const kind = rules.get(next)?.kind;
      if (kind === 'ephemeral' && scopes.ephemeral === 'drop' && scope.scope !== 'ephemeral')
        return [
          `tables."${table}": via: ${here} stays behind (ephemeral: drop), and its rows with it; say "scope: ephemeral" for it too`,
        ];
      if (kind === undefined || kind === 'excluded' || kind === 'bookkeeping')
        return [`tables."${table}": via: ${here} does not lead to the rows of one project`];
    }
    return [];
  });
}

function nextOf(table: string, scopes: Scopes): string | undefined {
  const scope = scopes.tables[table];
  return scope !== undefined && 'via' in scope ? keyPathOf(scope.via).table : undefined;
}

function dropped(rule: ScopeRule, { ephemeral }: Scopes): ScopeRule {
  if (rule.kind !== 'ephemeral' || ephemeral === 'carry') return rule;
  return { ...rule, rule: 'stays behind: ephemeral: drop', where: () => 'false' };
}
