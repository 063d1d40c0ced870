import type { Extent } from '../../workflows/domain/extent';
import type { Problem } from '../../workflows/domain/plan';
import { keyPathOf, type Scopes } from '../../workflows/domain/scopes';
import type { Partition } from '../postgres/catalog/parts';
import type { TableFacts } from '../postgres/catalog/tables';
import type { UniqueKey } from '../postgres/checks/unique-keys';
import type { Classification } from '../postgres/scope/classify';

/** Partitions have no scope of their own, and those that are half detached cannot be made again. */
export function partitionProblems(
  partitions: readonly Partition[],
  { tables }: Scopes,
): readonly Problem[] {
  return partitions.flatMap(({ table, root, finishing }) => {
    const scoped = Object.hasOwn(tables, table) && {
      code: 'scopes',
      message: `tables."${table}": is a partition of ${root}, whose scope it has; give ${root} a scope, or detach the partition in the source`,
    };
    const half = finishing !== null && {
      code: 'odd-table',
      message: `${table} is half detached from ${root}, so that its rows are not read with it; end that in the source: ${finishing}`,
    };
    return [scoped, half].filter((problem) => problem !== false);
  });
}

/** What is wrong with the configured scopes. */
export function scopeFaults({ faults }: Classification): readonly Problem[] {
  return faults.map((message) => ({ code: 'scopes', message }));
}

/**
 * Key paths by which a row could belong to several projects, where the scope says that it belongs to
 * one: the key is not unique in its table, or that table's rows are shared themselves.
 */
export function ambiguousPaths(
  { tables }: Scopes,
  { rules }: Classification,
  keys: readonly UniqueKey[],
): readonly Problem[] {
  return Object.entries(tables).flatMap(([table, scope]) => {
    if (scope.scope !== 'owned' && scope.scope !== 'ephemeral') return [];
    const path = keyPathOf(scope.via);
    const unique = keys.some(
      (key) =>
        key.table === path.table &&
        key.valid &&
        key.predicate === null &&
        key.columns.length === 1 &&
        key.columns[0] === path.key,
    );
    const why = unique
      ? rules.get(path.table)?.kind === 'shared' && `the rows of ${path.table} are shared`
      : `${path.table}.${path.key} is not unique`;
    if (why === false) return [];
    const message = `tables."${table}": via: ${why}, so that a row could belong to several projects; name a path through a unique column, or say "scope: shared" to copy such rows to each`;
    return [{ code: 'scopes', message }];
  });
}

/** What stays behind because the configuration says so, with its reason. */
export function exclusions({ tables, columns }: Scopes): readonly Problem[] {
  return [...Object.entries(tables), ...Object.entries(columns)].flatMap(([name, scope]) =>
    scope.scope === 'excluded'
      ? [{ code: 'excluded', message: `${name} stays behind by configuration: ${scope.because}` }]
      : [],
  );
}

/** A table whose rows do not stand in itself alone, and why. */
export interface OddTable {
  readonly table: string;
  readonly why: string;
}

/** Tables whose rows do not stand in themselves alone. */
export function oddTables(tables: readonly TableFacts[], extent: Extent): readonly OddTable[] {
  return tables.flatMap(({ table, partitioned, inherits }) => {
    const why = inherits
      ? 'inherits from a table or is inherited by one, whose rows would be read with it'
      : partitioned &&
        extent.tables.includes(table) &&
        'is partitioned, and its partitions do not come along';
    return why === false ? [] : [{ table, why }];
  });
}

/** What the source must have to be a studio's database at all. */
export function incompleteness(tables: readonly TableFacts[]): readonly Problem[] {
  const present = new Set(tables.map((facts) => facts.table));
  return ['auth.users', 'auth.identities', 'storage.buckets', 'storage.objects']
    .filter((table) => !present.has(table))
    .map((table) => ({ code: 'not-a-studio', message: `the source has no table ${table}` }));
}
