import type { Extent } from '../../workflows/domain/extent';
import type { Problem } from '../../workflows/domain/plan';
import { keyPathOf, type Scopes } from '../../workflows/domain/scopes';
import type { ForeignKey } from '../postgres/catalog/foreign-keys';
import type { TableFacts } from '../postgres/catalog/tables';
import type { UniqueKey } from '../postgres/checks/unique-keys';
import type { Classification } from '../postgres/scope/classify';

/** Columns that name a row of a project by convention, where no foreign key says it. */
const BY_NAME: Readonly<Record<string, string>> = {
  user_id: 'auth.users.id',
  owner_id: 'auth.users.id',
  session_id: 'auth.sessions.id',
  factor_id: 'auth.mfa_factors.id',
  identity_id: 'auth.identities.id',
  bucket_id: 'storage.buckets.id',
  object_id: 'storage.objects.id',
  upload_id: 'storage.s3_multipart_uploads.id',
};

/** Everything that is not classified, each with the line of configuration that would settle it. */
export function scopeProblems(
  { rules, uncovered, faults }: Classification,
  foreignKeys: readonly ForeignKey[],
): readonly Problem[] {
  if (faults.length > 0) return faults.map((message) => ({ code: 'scopes', message }));
  return uncovered.map((facts) => {
    const path = pathOf(facts, foreignKeys, new Set(rules.keys()));
    const lines = [
      ...(path === undefined ? [] : [settled(facts.table, `{ scope: owned, via: "${path}" }`)]),
      settled(facts.table, '{ scope: excluded, because: "…" }'),
    ];
    return {
      code: 'no-rule',
      message: `no rule says which rows of ${facts.table} belong to a project; settle it in the configuration: ${lines.join(' or ')}`,
    };
  });
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

/** Tables whose rows do not stand in themselves alone, and what can be done about them. */
export function oddTables(tables: readonly TableFacts[], extent: Extent): readonly Problem[] {
  return tables.flatMap(({ table, partitioned, inherits }) => {
    const why = inherits
      ? 'inherits from a table or is inherited by one, whose rows would be read with it'
      : partitioned &&
        extent.tables.includes(table) &&
        'is partitioned, and its partitions do not come along';
    if (why === false) return [];
    const settle = `leave it behind: ${settled(table, '{ scope: excluded, because: "…" }')}`;
    return [{ code: 'odd-table', message: `${table} ${why}; ${settle}` }];
  });
}

/** What the source must have to be a studio's database at all. */
export function incompleteness(tables: readonly TableFacts[]): readonly Problem[] {
  const present = new Set(tables.map((facts) => facts.table));
  return ['auth.users', 'auth.identities', 'storage.buckets', 'storage.objects']
    .filter((table) => !present.has(table))
    .map((table) => ({ code: 'not-a-studio', message: `the source has no table ${table}` }));
}

function settled(table: string, scope: string): string {
  return `tables: { "${table}": ${scope} }`;
}

/** A key path by a foreign key, rather to a table that has a rule, else by the usual name of a column. */
function pathOf(
  { table, columns }: TableFacts,
  foreignKeys: readonly ForeignKey[],
  ruled: ReadonlySet<string>,
): string | undefined {
  const own = foreignKeys.filter(
    (key) => key.table === table && key.references !== table && key.columns.length === 1,
  );
  const key = own.find(({ references }) => ruled.has(references)) ?? own[0];
  if (key !== undefined) {
    return `${key.columns[0] ?? ''} -> ${key.references}.${key.referencedColumns[0] ?? ''}`;
  }
  const named = columns.find(({ name }) => Object.hasOwn(BY_NAME, name));
  return named && `${named.name} -> ${BY_NAME[named.name] ?? ''}`;
}
