import { tableNameSql } from '../identifiers';

/**
 * The condition that a relation lies in an extent, over the aliases of its `pg_namespace` and
 * `pg_class`; `$1` is the extent's schemas, `$2` its tables.
 */
export function inExtent(namespace: string, relation: string): string {
  return `(${namespace}.nspname = ANY ($1) OR ${tableNameSql(namespace, relation)} = ANY ($2))`;
}
