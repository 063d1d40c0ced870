import { ident, literal } from '../identifiers';
import type { DatabaseFacts } from './database-facts';

/**
 * ALTER DATABASE … SET for every recorded setting whose value is recorded: custom ones (with a dot) are
 * not. For a database of that name, by its owner or a superuser; a value reads back as it was recorded.
 */
export function databaseSettingsSql(
  name: string,
  { settings }: Pick<DatabaseFacts, 'settings'>,
): readonly string[] {
  return settings.flatMap((setting) =>
    setting.value === undefined
      ? []
      : [
          `${whose(name, setting.role)} SET ${ident(setting.name)} TO ${valueOf(setting.name, setting.value)}`,
        ],
  );
}

function whose(database: string, role: string | undefined): string {
  if (role === undefined) return `ALTER DATABASE ${ident(database)}`;
  return `ALTER ROLE ${ident(role)} IN DATABASE ${ident(database)}`;
}

/** Settings whose value is a list of quoted names, as in pg_dump (variable_is_guc_list_quote): each is a value of its own. */
const LISTS: readonly string[] = [
  ...['local_preload_libraries', 'search_path', 'session_preload_libraries'],
  ...['shared_preload_libraries', 'temp_tablespaces', 'unix_socket_directories'],
];

function valueOf(name: string, value: string): string {
  if (!LISTS.includes(name.toLowerCase())) return literal(value);
  const names = [...value.matchAll(/"((?:[^"]|"")*)"|([^\s,"]+)/g)];
  if (names.length === 0) return "''";
  return names
    .map(([, quoted, plain]) => literal(quoted?.replaceAll('""', '"') ?? plain ?? ''))
    .join(', ');
}
