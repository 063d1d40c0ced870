import type { StableId } from '@supabase/pg-delta';

/** A name as people and SQL write it: quoted only if it must be. */
function plainName(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** What a report calls the object, for example `trigger on_insert on auth.users`. Unique within one database. */
export function nameOf(id: StableId): string {
  if ('target' in id) return satelliteName(id);
  if ('args' in id) return `${id.kind} ${dotted(id.schema, id.name)}(${id.args.join(', ')})`;
  if (id.kind === 'column') return `column ${dotted(id.schema, id.table, id.name)}`;
  if (id.kind === 'default') return `default of ${dotted(id.schema, id.table, id.name)}`;
  if (id.kind === 'typeAttribute') return `attribute ${dotted(id.schema, id.type, id.name)}`;
  if (id.kind === 'defaultPrivilege') return defaultPrivilegeName(id);
  if ('publication' in id) return publishedName(id);
  if ('table' in id) return `${id.kind} ${plainName(id.name)} on ${dotted(id.schema, id.table)}`;
  if ('schema' in id) return `${KINDS[id.kind] ?? id.kind} ${dotted(id.schema, id.name)}`;
  return 'name' in id ? `${KINDS[id.kind] ?? id.kind} ${plainName(id.name)}` : JSON.stringify(id);
}

/** What a report calls a table. */
export function nameOfTable(schema: string, name: string): string {
  return nameOf({ kind: 'table', schema, name });
}

/** The schema that the object lives in; undefined for what belongs to the database or the cluster. */
export function schemaOf(id: StableId): string | undefined {
  if ('publication' in id) return undefined;
  if ('target' in id) return schemaOf(id.target);
  if (id.kind === 'schema') return id.name;
  return 'schema' in id && id.schema !== null ? id.schema : undefined;
}

const KINDS: Readonly<Record<string, string>> = {
  materializedView: 'materialized view',
  foreignTable: 'foreign table',
  fdw: 'foreign-data wrapper',
};

const PRIVILEGE_OBJECTS: Readonly<Record<string, string>> = {
  r: 'tables',
  S: 'sequences',
  f: 'functions',
  T: 'types',
  n: 'schemas',
};

function dotted(...parts: readonly string[]): string {
  return parts.map(plainName).join('.');
}

function satelliteName(id: Extract<StableId, { target: StableId }>): string {
  if (id.kind === 'comment') return `comment on ${nameOf(id.target)}`;
  if (id.kind === 'securityLabel') return `label by ${id.provider} on ${nameOf(id.target)}`;
  const column = id.column === undefined ? '' : ` (${plainName(id.column)})`;
  return `privileges of ${id.grantee} on ${nameOf(id.target)}${column}`;
}

function defaultPrivilegeName(id: Extract<StableId, { kind: 'defaultPrivilege' }>): string {
  const objects = PRIVILEGE_OBJECTS[id.objtype] ?? id.objtype;
  return `default privileges of ${id.grantee} on ${objects} of ${id.role} in ${id.schema ?? 'all schemas'}`;
}

function publishedName(id: Extract<StableId, { publication: string }>): string {
  const what =
    id.kind === 'publicationRel' ? `table ${dotted(id.schema, id.table)}` : `schema ${id.schema}`;
  return `publication ${plainName(id.publication)} of ${what}`;
}

/**
 * The statement that takes an object out of the schemas that move; `object` is its kind and its name as SQL
 * writes it, such as `index auth.users_norm`. `undefined` for kinds that no single statement takes out.
 */
export function removalStatement(object: string): string | undefined {
  const [, constraint, table] = /^constraint (.+) on (.+)$/s.exec(object) ?? [];
  if (constraint !== undefined && table !== undefined)
    return `ALTER TABLE ${table} DROP CONSTRAINT ${constraint}`;
  if (object.startsWith('index ')) return `DROP INDEX ${object.slice('index '.length)}`;
  const [, kind] = /^(function|procedure|aggregate|type|domain) /.exec(object) ?? [];
  if (kind === undefined) return undefined;
  return `ALTER ${kind.toUpperCase()} ${object.slice(kind.length + 1)} SET SCHEMA public`;
}
