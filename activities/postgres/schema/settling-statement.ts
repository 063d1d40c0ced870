/**
 * The statement that takes an object out of the schemas that move; `object` is its kind and its name as SQL
 * writes it, such as `index auth.users_norm`. `undefined` for kinds that no single statement takes out.
 */
export function settlingStatement(object: string): string | undefined {
  const [, constraint, table] = /^constraint (.+) on (.+)$/s.exec(object) ?? [];
  if (constraint !== undefined && table !== undefined)
    return `ALTER TABLE ${table} DROP CONSTRAINT ${constraint}`;
  if (object.startsWith('index ')) return `DROP INDEX ${object.slice('index '.length)}`;
  const [, kind] = /^(function|procedure|aggregate|type|domain) /.exec(object) ?? [];
  if (kind === undefined) return undefined;
  return `ALTER ${kind.toUpperCase()} ${object.slice(kind.length + 1)} SET SCHEMA public`;
}
