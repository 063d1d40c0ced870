import { escapeIdentifier, escapeLiteral } from 'pg';
import { splitTable } from '../../workflows/domain/object-names';

/** A name as SQL reads it, always quoted. */
export function ident(name: string): string {
  return escapeIdentifier(name);
}

/** A text as an SQL literal, safe under every setting of `standard_conforming_strings`. */
export function literal(text: string): string {
  return escapeLiteral(text);
}

/** `schema.table` (as moveout writes names) as SQL reads it. */
export function qualified(table: string): string {
  const [schema, name] = splitTable(table);
  return `${ident(schema)}.${ident(name)}`;
}

/** SQL: the name of a relation as moveout writes it, over the aliases of its `pg_namespace` and its `pg_class`. */
export function tableNameSql(namespace: string, relation: string): string {
  return `(CASE WHEN ${namespace}.nspname ~ '[."]' THEN ${quotedSql(`${namespace}.nspname`)} ELSE ${namespace}.nspname END || '.' || CASE WHEN starts_with(${relation}.relname, '"') THEN ${quotedSql(`${relation}.relname`)} ELSE ${relation}.relname END)`;
}

/** The same for a column, over the alias of its `pg_attribute` too. */
export function columnNameSql(namespace: string, relation: string, attribute: string): string {
  return `(${tableNameSql(namespace, relation)} || '.' || CASE WHEN ${attribute}.attname ~ '[."]' THEN ${quotedSql(`${attribute}.attname`)} ELSE ${attribute}.attname END)`;
}

function quotedSql(name: string): string {
  return `'"' || replace(${name}, '"', '""') || '"'`;
}
