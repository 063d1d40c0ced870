import { type Client, DatabaseError } from 'pg';
import { z } from 'zod';
import type { DatabaseIdentity } from '../../../workflows/domain/plan';
import { failure } from '../../runtime/failure';
import { ident } from '../identifiers';
import { queryCatalog } from '../session/prepared';

const row = z.object({
  oid: z.coerce.number(),
  template: z.boolean(),
  accepts: z.boolean(),
  /** A DROP of it was interrupted: no one can connect any more, and only another DROP is possible. */
  isInvalid: z.boolean(),
  comment: z.string().nullable(),
});

/** `DATCONNLIMIT_INVALID_DB` of PostgreSQL, since the minor releases of August 2023. */
export const INVALID = -2;

export type DatabaseEntry = z.infer<typeof row>;

/** Looks a database up by name on the server of the session; `undefined` if there is none. */
export async function findDatabase(
  client: Client,
  name: string,
): Promise<DatabaseEntry | undefined> {
  const result = await queryCatalog(
    client,
    `SELECT oid::text AS oid, datistemplate AS template, datallowconn AS accepts,
            datconnlimit = ${INVALID} AS "isInvalid", shobj_description(oid, 'pg_database') AS comment
       FROM pg_database WHERE datname = $1`,
    [name],
  );
  return result.rows[0] === undefined ? undefined : row.parse(result.rows[0]);
}

/**
 * Tells whether the session's server can create a database with this locale. The operating system's
 * locales are those imported at initdb and those of its databases; other providers bring their own.
 */
export async function hasLocale(
  client: Client,
  facts: { readonly localeProvider: string; readonly collate: string; readonly ctype: string },
): Promise<boolean> {
  if (facts.localeProvider !== 'libc') return true;
  const result = await queryCatalog(
    client,
    `SELECT collcollate AS name FROM pg_collation WHERE collprovider = 'c' AND collcollate IS NOT NULL
      UNION SELECT datcollate FROM pg_database UNION SELECT datctype FROM pg_database`,
  );
  const known = z
    .array(z.object({ name: z.string() }))
    .parse(result.rows)
    .map((row) => plain(row.name));
  return [facts.collate, facts.ctype].every(
    (name) => ALWAYS.has(name) || known.includes(plain(name)),
  );
}

const ALWAYS: ReadonlySet<string> = new Set(['C', 'POSIX']);

/** `en_US.UTF-8` and `en_US.utf8` are one locale. */
function plain(name: string): string {
  return name.toLowerCase().replace(/-/g, '');
}

const identityRow = z.object({
  database: z.string(),
  systemIdentifier: z.string(),
  oid: z.coerce.number(),
  serverVersion: z.coerce.number(),
});

/**
 * Tells which database a session is in: the server by its system identifier, the database by its oid. Fails as
 * `AccessDenied`, with the statement that helps, if the role may not ask the server for its identifier.
 */
export async function readIdentity(client: Client, connection: string): Promise<DatabaseIdentity> {
  try {
    const result = await queryCatalog(
      client,
      `
      SELECT current_database() AS "database",
             (SELECT system_identifier::text FROM pg_control_system()) AS "systemIdentifier",
             (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS "oid",
             current_setting('server_version_num') AS "serverVersion"`,
    );
    return { connection, ...identityRow.parse(result.rows[0]) };
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== '42501') throw error;
    const role = ident(client.user ?? 'postgres');
    throw failure(
      'AccessDenied',
      `the role of connection "${connection}" may not read which server it is on: GRANT EXECUTE ON FUNCTION pg_catalog.pg_control_system() TO ${role}`,
    );
  }
}

/** Tells whether two identities are one and the same database, by whatever name it is reached. */
export function sameDatabase(a: DatabaseIdentity, b: DatabaseIdentity): boolean {
  return a.systemIdentifier === b.systemIdentifier && a.oid === b.oid;
}
