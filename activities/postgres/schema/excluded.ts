import { encodeId } from '@supabase/pg-delta';
import type { Fact, FactBase, StableId } from '@supabase/pg-delta';
import type { Extent } from '../../../workflows/domain/extent';
import { columnName, splitColumn, tableName } from '../../../workflows/domain/object-names';
import { ident } from '../identifiers';
import { ownerColumn } from './extent-facts';
import type { LeftOut } from './script';
import { nameOf } from './object-name';

/** The columns that the configuration leaves behind, and their sequences. */
export function columnsThatStay(all: FactBase, { withoutColumns }: Extent): StableId[] {
  const stays = (schema: string, table: string, column: string): boolean =>
    withoutColumns.includes(columnName(tableName(schema, table), column));
  return all.facts().flatMap(({ id, payload }) => {
    if (id.kind === 'column') return stays(id.schema, id.table, id.name) ? [id] : [];
    const owner = id.kind === 'sequence' ? ownerColumn(payload['ownedBy']) : undefined;
    return owner && stays(owner.schema, owner.table, owner.column) ? [id] : [];
  });
}

/** The tables, views and foreign tables that the configuration leaves behind altogether. */
export function tablesThatStay(all: FactBase, { withoutTables = [] }: Extent): StableId[] {
  if (withoutTables.length === 0) return [];
  return all.facts().flatMap(({ id }) => {
    if (!WHOLE.includes(id.kind) || !('schema' in id && 'name' in id)) return [];
    return withoutTables.includes(tableName(id.schema, id.name)) ? [id] : [];
  });
}

const WHOLE: readonly string[] = ['table', 'view', 'materializedView', 'foreignTable'];

/** Partitioned tables whose key has a column that is to stay behind: they cannot do without it. */
export function brokenPartitioning(facts: readonly Fact[], { withoutColumns }: Extent): LeftOut[] {
  return facts.flatMap(({ id, payload }) => {
    const key = payload['partitionKey'];
    if (id.kind !== 'table' || typeof key !== 'string') return [];
    const column = withoutColumns
      .map(splitColumn)
      .filter(([table]) => table === tableName(id.schema, id.name))
      .map(([, name]) => name)
      .find((name) => key.includes(name) || key.includes(ident(name)));
    if (column === undefined) return [];
    return [
      { object: nameOf(id), because: `is partitioned by ${column}, which is to stay behind` },
    ];
  });
}

/** A table whose replica identity is an index that does not come along has the default one. */
export function withoutLostIdentity(fact: Fact, kept: ReadonlySet<string>): Fact {
  const { replicaIdentity, replicaIdentityIndex: name } = fact.payload;
  if (fact.id.kind !== 'table' || replicaIdentity !== 'i' || typeof name !== 'string') return fact;
  const { schema, name: table } = fact.id;
  const isKept =
    kept.has(encodeId({ kind: 'index', schema, name })) ||
    kept.has(encodeId({ kind: 'constraint', schema, table, name }));
  if (isKept) return fact;
  return {
    ...fact,
    payload: { ...fact.payload, replicaIdentity: 'd', replicaIdentityIndex: null },
  };
}
