import type { SettingName } from '../../../workflows/domain/plan';
import { ident, literal } from '../identifiers';
import type { DatabaseSetting } from './database';

/** Custom settings have a dot in their names. Their values may be secrets: plans, reports and logs never show them. */
export function isCustom(name: string): boolean {
  return name.includes('.');
}

/**
 * Whether the setting makes every session of the database, or of a role in it, read only. That is how a source
 * is frozen for a move; no one could write to a new database that had it.
 */
export function freezes({ name, value }: DatabaseSetting): boolean {
  const freezing = ['default_transaction_read_only', 'transaction_read_only'];
  return freezing.includes(name.toLowerCase()) && isTrue(value);
}

/** As PostgreSQL reads a boolean: also the beginning of a word, as long as it can be no other. */
function isTrue(value: string): boolean {
  const text = value.trim().toLowerCase();
  if (text === '1' || text === 'on') return true;
  return text !== '' && ['true', 'yes'].some((word) => word.startsWith(text));
}

/**
 * The statement that gives the setting to a database of that name, or to a role in every database; it reads back as
 * it was recorded.
 */
export function settingSql(
  database: string | undefined,
  { name, role, value }: DatabaseSetting,
): string {
  return `${alterTarget(database, role)} SET ${ident(name)} TO ${valueOf(name, value)}`;
}

/** The statement that gives the setting to a database, for display: the value of a custom setting is not shown. */
export function shownSettingSql(database: string | undefined, setting: DatabaseSetting): string {
  if (!isCustom(setting.name)) return settingSql(database, setting);
  return `${alterTarget(database, setting.role)} SET ${ident(setting.name)} TO '<its value in the source>'`;
}

/** Gives the database the value that the setting has in the session, so that no value stands in a statement. */
export function currentSettingSql(
  database: string | undefined,
  { name, role }: SettingName,
): string {
  return `${alterTarget(database, role)} SET ${ident(name)} FROM CURRENT`;
}

/** Takes a setting away from a database of that name. */
export function resetSettingSql(database: string, { name, role }: SettingName): string {
  return `${alterTarget(database, role)} RESET ${ident(name)}`;
}

/** Lets a role set a parameter that else takes a superuser: PostgreSQL 15 and newer. */
export function grantSettingSql({ name }: SettingName, role: string): string {
  return `GRANT SET ON PARAMETER ${ident(name)} TO ${ident(role)}`;
}

function alterTarget(database: string | undefined, role = ''): string {
  if (database === undefined) return `ALTER ROLE ${ident(role)}`;
  if (role === '') return `ALTER DATABASE ${ident(database)}`;
  return `ALTER ROLE ${ident(role)} IN DATABASE ${ident(database)}`;
}

/** Settings whose value is a list of quoted names, as in pg_dump (variable_is_guc_list_quote): each is a value of its own. */
const LISTS: readonly string[] = [
  ...['local_preload_libraries', 'search_path', 'session_preload_libraries'],
  ...['shared_preload_libraries', 'temp_tablespaces', 'unix_socket_directories'],
];

/** The names in the value of a list. */
export function listedIn(value: string): readonly string[] {
  const names = [...value.matchAll(/"((?:[^"]|"")*)"|([^\s,"]+)/g)];
  return names
    .map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '')
    .filter((name) => name !== '');
}

function valueOf(name: string, value: string): string {
  if (!LISTS.includes(name.toLowerCase())) return literal(value);
  const names = listedIn(value);
  return names.length === 0 ? "''" : names.map(literal).join(', ');
}
