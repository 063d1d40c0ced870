import type { Client } from 'pg';
import type { ScopeKind } from '../../../workflows/domain/plan';
import type { ProjectRules } from '../../../workflows/domain/project-rules';
import { failure } from '../../runtime/failure';
import { tablesWithRows, populatedTables, NOTHING } from '../catalog/populated';
import type { TableFacts } from '../catalog/tables';
import { classify, type Classification } from './classify';
import { existence, readKeysOf } from './project-keys';
import type { ProjectKeys } from './rules';

/** One table and the rows of it that belong to a project. */
export interface ScopedTable {
  readonly facts: TableFacts;
  readonly kind: ScopeKind;
  /** The rule in words. */
  readonly rule: string;
  /** The rows in scope as a predicate over the alias `t`; `false` if there are no such rows in the snapshot. */
  readonly where: string;
}

/** All that belongs to a project, table by table, as one snapshot shows it. */
export interface ProjectScope {
  readonly keys: ProjectKeys;
  readonly tables: readonly ScopedTable[];
}

/**
 * Chooses the project's rows of every table. The session's snapshot must be the one that reads the
 * rows. Tables that are `presumed` to hold rows of the project are not asked whether they do. Fails if a
 * table is covered by no rule: it may have come since the plan.
 */
export async function readProjectScope(
  client: Client,
  tables: readonly TableFacts[],
  project: ProjectRules,
  presumed: (table: string) => boolean = () => false,
): Promise<ProjectScope> {
  const classification = classify(tables, project.scopes);
  assertCovered(classification);
  const who = { refs: [project.projectRef] };
  const filled = await tablesWithRows(
    client,
    tables.map(({ table }) => table),
  );
  // Whose keys stand in an empty table needs no statement.
  const holding = existence(tables.filter(({ table }) => filled.has(table)));
  const found = await readKeysOf(client, { rules: project, who, exists: holding });
  if (found === undefined) throw failure('ConfigInvalid', 'the tenancy cannot tell one project');
  const bytesOf = (table: string): number => filled.get(table) ?? 0;
  const keys = { ...found, exists: existence(tables), bytesOf };
  const chosen = scoped(tables, classification, keys);
  const doubtful = chosen.filter(({ facts: { table } }) => !presumed(table));
  const held = await populatedTables(
    client,
    doubtful.map(({ facts: { table }, where }) => ({ table, where })),
    filled,
  );
  return narrowed({ keys, tables: chosen }, (table) =>
    presumed(table) ? filled.has(table) : held.has(table),
  );
}

/** The same scope, if it is known which tables hold rows of it: nothing of what follows has to look into the others. */
export function narrowed(scope: ProjectScope, holds: (table: string) => boolean): ProjectScope {
  const tables = scope.tables.map((table) =>
    holds(table.facts.table) ? table : { ...table, where: NOTHING },
  );
  return { ...scope, tables };
}

/** Evaluates the rules of a classification for one set of keys. */
export function scoped(
  tables: readonly TableFacts[],
  { rules }: Classification,
  keys: ProjectKeys,
): readonly ScopedTable[] {
  return tables.flatMap((facts) => {
    const rule = rules.get(facts.table);
    if (rule === undefined) return [];
    return [{ facts, kind: rule.kind, rule: rule.rule, where: rule.where(keys) }];
  });
}

function assertCovered({ uncovered, faults }: Classification): void {
  if (faults.length > 0) throw failure('ConfigInvalid', faults.join('; '));
  if (uncovered.length === 0) return;
  const names = uncovered.map((facts) => facts.table).join(', ');
  throw failure('ConfigInvalid', `no rule says which rows of ${names} belong to a project`);
}
