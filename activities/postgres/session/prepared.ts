import { createHash } from 'node:crypto';
import type { ClientBase, QueryResult } from 'pg';

/** The names of statements by their text: there are few texts, and a name costs more than to look it up. */
const names = new Map<string, string>();

/**
 * Runs a statement over system catalogs whose text is always the same: a session that is used again has planned it
 * already, and to plan it takes most of its time. Not for tables of users: a session would keep a plan whose columns
 * have got other types meanwhile, and refuse it.
 */
export function queryCatalog(
  client: ClientBase,
  text: string,
  values: readonly unknown[] = [],
): Promise<QueryResult> {
  return client.query({ name: nameOf(text), text, values: [...values] });
}

function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `moveout ${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
  names.set(text, name);
  return name;
}
