import { encodeId } from '@supabase/pg-delta';
import type { Fact, FactBase, StableId } from '@supabase/pg-delta';
import type { Extent } from '../../../workflows/domain/extent';
import { splitTable, tableName } from '../../../workflows/domain/object-names';
import { nameOf, schemaOf } from './object-name';

/** What of a database's facts lies in an extent. */
export interface Inside {
  readonly facts: readonly Fact[];
  /** Those of them that are there for the sake of single tables, by encoded id. */
  readonly single: ReadonlySet<string>;
  /** Facts outside that every database has: built upon, never made. */
  readonly assumed: readonly Fact[];
}

/** Every database has this schema; it is neither made nor changed. */
const ASSUMED_SCHEMA = 'public';

/** The facts of the extent: its schemas whole; its tables with their parts, their sequences, types and schemas. */
export function factsInside(all: FactBase, extent: Extent): Inside {
  const single = new Set(singleIds(all, extent).map(encodeId));
  const isWhole = ({ id }: Fact): boolean => extent.schemas.includes(schemaOf(id) ?? '');
  return {
    facts: all.facts().filter((fact) => isWhole(fact) || single.has(encodeId(fact.id))),
    single,
    assumed: all
      .facts()
      .filter(
        ({ id }) =>
          id.kind === 'role' ||
          id.kind === 'extension' ||
          (id.kind === 'schema' &&
            id.name === ASSUMED_SCHEMA &&
            !extent.schemas.includes(ASSUMED_SCHEMA)),
      ),
  };
}

/** The id and all ids below it. */
export function subtree(all: FactBase, id: StableId): StableId[] {
  return [id, ...all.childrenOf(id).flatMap((child) => subtree(all, child.id))];
}

function singleIds(all: FactBase, { schemas, tables, carried = [] }: Extent): StableId[] {
  const roots = tables
    .map((table) => splitTable(table))
    .map(([schema, name]): StableId => ({ kind: 'table', schema, name }))
    .filter((id) => all.has(id) && !schemas.includes(schemaOf(id) ?? ''));
  const owned = ownedSequences(all, tables).filter((id) => !schemas.includes(schemaOf(id) ?? ''));
  const objects = carriedIds(all, carried, schemas);
  const parts = [...roots, ...owned, ...objects].flatMap((id) => subtree(all, id));
  const found = [...parts, ...typesFor(all, parts, schemas)];
  return [...found, ...schemasFor(all, found, schemas)];
}

/** Objects of other schemas that are named, as reports call them. */
function carriedIds(
  all: FactBase,
  carried: readonly string[],
  schemas: readonly string[],
): StableId[] {
  if (carried.length === 0) return [];
  const names = new Set(carried);
  return all
    .facts()
    .map(({ id }) => id)
    .filter((id) => CARRIED.includes(id.kind) && !schemas.includes(schemaOf(id) ?? ''))
    .filter((id) => names.has(nameOf(id)) && !isMember(all, id));
}

/** The kinds of objects that can come along by themselves; a table only as a partition. */
const CARRIED: readonly string[] = ['type', 'domain', 'sequence', 'function', 'collation', 'table'];

function ownedSequences(all: FactBase, tables: readonly string[]): StableId[] {
  return all.facts().flatMap(({ id, payload }) => {
    const owner = ownerColumn(payload['ownedBy']);
    return id.kind === 'sequence' && owner && tables.includes(tableName(owner.schema, owner.table))
      ? [id]
      : [];
  });
}

/** The column that a sequence fact's payload says it is owned by. */
export function ownerColumn(
  value: unknown,
): { readonly schema: string; readonly table: string; readonly column: string } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('schema' in value && 'table' in value && 'column' in value)) return undefined;
  return {
    schema: String(value.schema),
    table: String(value.table),
    column: String(value.column),
  };
}

/** Types and domains of other schemas that stand in columns, and in these types themselves. */
function typesFor(
  all: FactBase,
  from: readonly StableId[],
  schemas: readonly string[],
): StableId[] {
  const found = new Map<string, StableId>();
  const queue = from.filter(({ kind }) => TYPED.includes(kind));
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    for (const { kind, to } of all.outgoingEdges(id)) {
      if (kind !== 'depends' || (to.kind !== 'type' && to.kind !== 'domain')) continue;
      if (found.has(encodeId(to)) || schemas.includes(to.schema) || isMember(all, to)) continue;
      for (const below of subtree(all, to)) {
        found.set(encodeId(below), below);
        queue.push(below);
      }
    }
  }
  return [...found.values()];
}

const TYPED: readonly string[] = [
  ...['column', 'default', 'constraint'],
  ...['type', 'domain', 'typeAttribute', 'function'],
];

function isMember(all: FactBase, id: StableId): boolean {
  return !all.has(id) || all.outgoingEdges(id).some(({ kind }) => kind === 'memberOfExtension');
}

function schemasFor(
  all: FactBase,
  ids: readonly StableId[],
  schemas: readonly string[],
): StableId[] {
  const names = new Set(ids.map((id) => schemaOf(id) ?? ASSUMED_SCHEMA));
  return [...names]
    .filter((name) => name !== ASSUMED_SCHEMA && !schemas.includes(name))
    .map((name): StableId => ({ kind: 'schema', name }))
    .flatMap((id) => [
      id,
      ...all
        .childrenOf(id)
        .map((child) => child.id)
        .filter((child) => 'target' in child),
    ]);
}
