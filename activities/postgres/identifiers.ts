import { escapeIdentifier, escapeLiteral } from 'pg';

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
  const [schema, name] = splitName(table);
  return `${ident(schema)}.${ident(name)}`;
}

/** The two halves of `schema.table`; the first dot separates. */
export function splitName(table: string): readonly [schema: string, name: string] {
  const dot = table.indexOf('.');
  return [table.slice(0, dot), table.slice(dot + 1)];
}
