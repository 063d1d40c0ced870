import type { StableId } from '@supabase/pg-delta';
import type { Extent } from '../../../../workflows/domain/extent';
import { literal, tableNameSql } from '../../identifiers';

/** Something that pg-delta does not see: an attribute of an object and the statements that set it. */
export interface Supplement {
  readonly id: StableId;
  readonly attribute: string;
  readonly value: string;
  readonly part: 'before' | 'after';
  readonly statements: readonly string[];
  /** Roles that the statements mention. */
  readonly roles: readonly string[];
  /** The role that the statements hand something to, in the schema of the object. */
  readonly owner?: string;
  /** Objects without which the statements cannot run, besides the object itself. */
  readonly needs?: readonly StableId[];
}

/** Runs a query on the snapshot from which the facts are read. */
export type Ask = (sql: string) => Promise<readonly unknown[]>;

/** The condition that a query's relation `c` of the schema `n` lies in the extent. */
export function inExtentLiteral({ schemas, tables }: Extent): string {
  return `(n.nspname = ANY (${texts(schemas)}) OR ${tableNameSql('n', 'c')} = ANY (${texts(tables)}))`;
}

/** An SQL array of texts. */
export function texts(values: readonly string[]): string {
  return `ARRAY[${values.map(literal).join(', ')}]::text[]`;
}
