import type { StableId } from '@supabase/pg-delta';
import { literal } from '../identifiers';

/** Something that pg-delta does not see: an attribute of an object and the statements that set it. */
export interface Beside {
  readonly id: StableId;
  readonly attribute: string;
  readonly value: string;
  readonly half: 'before' | 'after';
  readonly statements: readonly string[];
  /** Roles that the statements mention. */
  readonly roles: readonly string[];
}

/** Runs a query on the snapshot from which the facts are read. */
export type Ask = (sql: string) => Promise<readonly unknown[]>;

/** The condition that a query's `n` is one of the schemas. */
export function inSchemas(schemas: readonly string[]): string {
  return `n.nspname = ANY (ARRAY[${schemas.map(literal).join(', ')}]::text[])`;
}
