import type { Extent } from '../../workflows/domain/extent';
import type { Problem } from '../../workflows/domain/plan';
import type { ProjectRules } from '../../workflows/domain/project-rules';
import { keyPathOf, type Scopes } from '../../workflows/domain/scopes';
import type { Partition } from '../postgres/catalog/parts';
import type { TableFacts } from '../postgres/catalog/tables';
import type { UniqueKey } from '../postgres/catalog/unique-keys';
import type { Classification } from '../postgres/scope/classify';
import { counted } from '../../workflows/domain/counted';
import type { Tenancy } from '../../workflows/domain/tenancy';
import type { Crossing } from '../postgres/checks/crossings';
import type { DeletedUserCounts } from '../postgres/scope/deleted-users';
import { refsAreUnknown } from '../postgres/scope/known-refs';

/** Partitions have no scope of their own, and those that are half detached cannot be made again. */
export function partitionProblems(
  partitions: readonly Partition[],
  { tables }: Scopes,
): readonly Problem[] {
  return partitions.flatMap(({ table, root, finishing }) => {
    const scoped = Object.hasOwn(tables, table) && {
      code: 'scopes',
      message: `tables."${table}": is a partition and takes the scope of ${root}; set tables."${root}" instead, or detach the partition in the source`,
    };
    const half = finishing !== null && {
      code: 'odd-table',
      message: `${table} is half detached from ${root}, so its rows are not read with that table; finish the detaching in the source: ${finishing}`,
    };
    return [scoped, half].filter((problem) => problem !== false);
  });
}

/** What is wrong with the configured scopes. */
export function scopeFaults({ faults }: Classification): readonly Problem[] {
  return faults.map((message) => ({ code: 'scopes', message }));
}

/**
 * Key paths by which a row could belong to several projects, if the scope says that it belongs to
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
    const message = `tables."${table}": via: ${why}, so a row could belong to several projects; use a path through a unique column, or "scope: shared" to copy such rows to each project`;
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

/** The tables that every database of Supabase's Auth and Storage has. */
export function incompleteness(tables: readonly TableFacts[]): readonly Problem[] {
  const present = new Set(tables.map((facts) => facts.table));
  return ['auth.users', 'auth.identities', 'storage.buckets', 'storage.objects']
    .filter((table) => !present.has(table))
    .map((table) => ({ code: 'not-supabase', message: `the source has no table ${table}` }));
}

/** Says so if buckets of a project with a longer ref could be taken for this one's (`refs-unknown`). */
export function prefixWarnings(project: ProjectRules): readonly Problem[] {
  if (!refsAreUnknown(project)) return [];
  return [
    {
      code: 'refs-unknown',
      message:
        'buckets go by id prefix, but no other ref is known: a bucket of a project whose ref begins with this one would come along; list the projects in the configuration (projects)',
    },
  ];
}

/** Names rows that refer across projects (`crosses-projects`). */
export function crossingProblem({ rows, table, foreignKey, references }: Crossing): Problem {
  return {
    code: 'crosses-projects',
    message: `${counted(rows, 'row')} of ${table} ${rows === 1 ? 'belongs' : 'belong'} to the project but ${rows === 1 ? 'refers' : 'refer'} (${foreignKey}) to rows of ${references} that do not`,
  };
}

/** Says that the tenancy knows no such project (`no-such-project`). */
export function noSuchProject(projectRef: string): Problem {
  return {
    code: 'no-such-project',
    message: `the tenancy gives project "${projectRef}" no user and no bucket in the source`,
  };
}

/** Names soft-deleted users that carry no ref: those that stay behind, and those that come along (`deleted-users`). */
export function deletedUserWarnings(
  { found, lost }: DeletedUserCounts,
  { users }: Tenancy,
): readonly Problem[] {
  if (users.by !== 'app-metadata') return [];
  const without = `without "${users.key}" in raw_app_meta_data, which Auth empties when it soft-deletes a user`;
  const stay = `soft-deleted users of the source are ${without}, and their identities, Storage's rows and the audit log do not name one project: they and their audit rows stay behind; to move them, set "${users.key}" in their raw_app_meta_data in the source, or use "tenancy: users" by query or by table`;
  const come = `soft-deleted users of the project are ${without}: they come along, because their identities, Storage's rows and the audit log name this project and no other`;
  return [
    ...(lost > 0 ? [{ code: 'deleted-users', message: `${String(lost)} ${stay}` }] : []),
    ...(found > 0 ? [{ code: 'deleted-users', message: `${String(found)} ${come}` }] : []),
  ];
}
