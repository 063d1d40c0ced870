import type { Action, Fact, FactBase } from '@supabase/pg-delta';
import { tableName } from '../../../workflows/domain/object-names';
import type { Build } from './script';

/** All that was read of the database, and what of it is there before the rows are. */
interface Structure {
  readonly all: FactBase;
  readonly structured: FactBase;
}

/**
 * The keys and indexes among the statements that can be built as soon as the rows of their table are in, whatever
 * else is missing. What may need more is none of them: an index over a call of a function, which may read
 * other tables or call what comes later; one of a partitioned table or of a partition; an exclusion constraint;
 * what needs another object that comes after the rows.
 */
export function buildsOf(actions: readonly Action[], structure: Structure): readonly Build[] {
  return actions.flatMap((action): Build | [] => {
    const [id, ...others] = action.produces;
    if (action.verb !== 'create' || id === undefined || others.length > 0) return [];
    const fact = structure.all.get(id);
    const kind = fact && kindOf(fact);
    if (fact?.parent?.kind !== 'table' || kind === undefined || !('name' in id)) return [];
    if (!needsOnlyTable(fact, structure)) return [];
    const table = tableName(fact.parent.schema, fact.parent.name);
    return { table, name: id.name, kind, statement: action.sql };
  });
}

function kindOf({ id, payload }: Fact): Build['kind'] | undefined {
  if (id.kind === 'index') return 'index';
  const isKey = id.kind === 'constraint' && (payload.type === 'p' || payload.type === 'u');
  return isKey ? 'key' : undefined;
}

/** Kinds of what a key or an index may need: none of them runs code while it is built. */
const PASSIVE: readonly string[] = [
  ...['schema', 'table', 'column', 'extension', 'collation', 'type', 'domain'],
];

function needsOnlyTable({ id, parent }: Fact, { all, structured }: Structure): boolean {
  const table = parent && structured.get(parent);
  if (table === undefined) return false;
  if (table.payload.partitionKey != null || table.payload.partitionBound != null) return false;
  return all
    .outgoingEdges(id)
    .filter(({ kind }) => kind !== 'owner')
    .every(({ to }) => PASSIVE.includes(to.kind) && structured.has(to));
}
