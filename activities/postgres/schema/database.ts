import type { ClientBase } from 'pg';
import { z } from 'zod';
import { failure } from '../../runtime/failure';
import { ident, literal } from '../identifiers';
import { SERVICE_FACTS } from './service-facts';
import { freezes } from './database-settings';
import { isUnknownSetting } from './unknown-options';
import type { SettingName } from '../../../workflows/domain/plan';
import { queryCatalog } from '../session/prepared';

/** Stands for the database's quoted name in the recorded grants. */
const DATABASE = '{database}';

const FACTS = z.object({
  encoding: z.string(),
  collate: z.string(),
  ctype: z.string(),
  localeProvider: z.enum(['libc', 'icu', 'builtin']),
  /** ICU locale, or the locale of the built-in provider; absent for libc. */
  locale: z.string().optional(),
  icuRules: z.string().optional(),
  /** GRANT and REVOKE statements that lead from a fresh database's privileges to the recorded ones, except for the owner's. */
  grants: z.array(z.string()),
  /** Roles that the grants mention. */
  roles: z.array(z.string()).default([]),
  /** Settings of the database itself. The values of custom ones (with a dot) may be secrets: for the backup only. */
  settings: z.array(
    z.object({
      name: z.string(),
      value: z.string(),
      /** The role that the setting is for; absent: for everyone. */
      role: z.string().optional(),
    }),
  ),
  /** What a service needs to start besides that; absent if only the database itself was looked at. */
  service: SERVICE_FACTS.optional(),
});

export type DatabaseSetting = DatabaseFacts['settings'][number];

/** What CREATE DATABASE and the statements after it need, recorded with the schema. */
export type DatabaseFacts = Readonly<z.infer<typeof FACTS>>;

const PROVIDERS: Readonly<Record<string, string>> = { c: 'libc', i: 'icu', b: 'builtin' };

const ROW = z.object({
  encoding: z.string(),
  database: z.object({
    datcollate: z.string(),
    datctype: z.string(),
    datlocprovider: z.string().default('c'),
    daticulocale: z.string().nullish(),
    datlocale: z.string().nullish(),
    daticurules: z.string().nullish(),
  }),
  grants: z.array(z.object({ grantee: z.string(), privilege: z.string(), grantable: z.boolean() })),
  settings: z.array(z.object({ role: z.string().nullable(), entry: z.string() })),
});

/** Reads the facts of the client's database on PostgreSQL 14 to 18, whose catalogs name them differently. */
export async function readDatabaseFacts(client: ClientBase): Promise<DatabaseFacts> {
  const { rows } = await queryCatalog(client, CURRENT_DATABASE);
  const { encoding, database, grants, settings } = ROW.parse(rows[0]);
  const locale = database.datlocale ?? database.daticulocale ?? undefined;
  return FACTS.parse({
    encoding,
    collate: database.datcollate,
    ctype: database.datctype,
    localeProvider: PROVIDERS[database.datlocprovider],
    ...(locale !== undefined && { locale }),
    ...(database.daticurules != null && { icuRules: database.daticurules }),
    grants: grantStatements(grants),
    roles: [...new Set(grants.map(({ grantee }) => grantee))].filter((name) => name !== 'PUBLIC'),
    settings: settings.map(recordSetting),
  });
}

/** Reads facts that were kept as JSON; throws one error saying what is wrong with them. */
export function parseDatabaseFacts(value: unknown): DatabaseFacts {
  const result = FACTS.safeParse(value);
  if (result.success) return result.data;
  throw failure(
    'BackupDamaged',
    `these are no facts of a database: ${z.prettifyError(result.error)}`,
  );
}

/**
 * CREATE DATABASE from `template0` with the recorded encoding, collation and provider. Throws when a server
 * of that version has no such provider.
 */
export function createDatabaseSql(
  name: string,
  facts: DatabaseFacts,
  serverVersionNum: number,
): string {
  const needed = { libc: 0, icu: 150000, builtin: 170000 }[facts.localeProvider];
  if (serverVersionNum < needed) {
    throw failure(
      'ConfigInvalid',
      `the locale provider ${facts.localeProvider} needs PostgreSQL ${needed / 10000}, the target server is ${Math.floor(serverVersionNum / 10000)}`,
    );
  }
  const localeName = facts.localeProvider === 'builtin' ? 'BUILTIN_LOCALE' : 'ICU_LOCALE';
  return [
    `CREATE DATABASE ${ident(name)} TEMPLATE template0 ENCODING ${literal(facts.encoding)}`,
    `LC_COLLATE ${literal(facts.collate)} LC_CTYPE ${literal(facts.ctype)}`,
    ...(serverVersionNum >= 150000 ? [`LOCALE_PROVIDER ${facts.localeProvider}`] : []),
    ...(facts.locale === undefined ? [] : [`${localeName} ${literal(facts.locale)}`]),
    ...(facts.icuRules === undefined ? [] : [`ICU_RULES ${literal(facts.icuRules)}`]),
  ].join(' ');
}

/** The recorded grants for a database of that name, in the order to be executed. */
export function databaseGrantsSql(name: string, facts: DatabaseFacts): string[] {
  return facts.grants.map((grant) => grant.replace(DATABASE, () => ident(name)));
}

/** The facts of a database, changed so that only its owner may connect to it. */
export function closedFacts(facts: DatabaseFacts): DatabaseFacts {
  return { ...facts, grants: facts.grants.filter((grant) => !grant.startsWith(CONNECT)) };
}

/** The recorded rights to connect, for a database of that name. */
export function connectGrantsSql(name: string, facts: DatabaseFacts): string[] {
  const grants = facts.grants.filter((grant) => grant.startsWith(CONNECT));
  return databaseGrantsSql(name, { ...facts, grants });
}

const CONNECT = 'GRANT CONNECT ';

function grantStatements(grants: z.infer<typeof ROW>['grants']): string[] {
  return [
    `REVOKE ALL ON DATABASE ${DATABASE} FROM PUBLIC`,
    ...grants.map(({ grantee, privilege, grantable }) => {
      const to = grantee === 'PUBLIC' ? grantee : ident(grantee);
      return `GRANT ${privilege} ON DATABASE ${DATABASE} TO ${to}${grantable ? ' WITH GRANT OPTION' : ''}`;
    }),
  ];
}

function recordSetting({ role, entry }: z.infer<typeof ROW>['settings'][number]): DatabaseSetting {
  const name = entry.slice(0, entry.indexOf('='));
  return { name, value: entry.slice(name.length + 1), ...(role !== null && { role }) };
}

/** `to_jsonb` of the whole row: columns that a version lacks are simply absent. */
const CURRENT_DATABASE = `
SELECT pg_encoding_to_char(d.encoding) AS encoding,
       to_jsonb(d) AS database,
       COALESCE((SELECT json_agg(json_build_object('grantee', COALESCE(r.rolname, 'PUBLIC'),
                          'privilege', e.privilege_type, 'grantable', e.is_grantable)
                        ORDER BY COALESCE(r.rolname, 'PUBLIC'), e.privilege_type)
                   FROM (SELECT DISTINCT grantee, privilege_type, is_grantable
                           FROM aclexplode(COALESCE(d.datacl, acldefault('d', d.datdba)))) e
                   LEFT JOIN pg_roles r ON r.oid = e.grantee
                  WHERE e.grantee <> d.datdba), '[]') AS grants,
       COALESCE((SELECT json_agg(json_build_object('role', r.rolname, 'entry', entry)
                                 ORDER BY r.rolname NULLS FIRST, entry)
                   FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole,
                        unnest(s.setconfig) AS entry
                  WHERE s.setdatabase = d.oid AND NOT (${isUnknownSetting("split_part(entry, '=', 1)")})), '[]') AS settings
  FROM pg_database d
 WHERE d.datname = current_database()`;

/** The facts that a new database is given: without what freezes it and what the plan has left out. */
export function carriedFacts(
  facts: DatabaseFacts,
  leftOut: readonly SettingName[] = [],
): DatabaseFacts {
  const isOut = (setting: DatabaseSetting): boolean =>
    freezes(setting) ||
    leftOut.some(({ name, role }) => name === setting.name && role === setting.role);
  return { ...facts, settings: facts.settings.filter((setting) => !isOut(setting)) };
}
