import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { z } from 'zod';
import { ident, literal } from './identifiers';
import type { DatabaseFacts } from './schema';

/** How the names of template databases begin. */
export const TEMPLATE_PREFIX = 'moveout_template_';

/**
 * Stands in a proved template's comment before the version of its row in pg_database. Who alters a
 * template has to open it first, and that writes the row anew, also where it is closed again.
 */
const PROVED = 'moveout: proved to hold the schema, row ';

/** Changes with what a template holds beside the schema: the empty table of the mark. */
const FORM = 2;

/** What a template holds: all statements that make the schema, in a database of such facts. */
export interface Holding {
  readonly preData: readonly string[];
  readonly postData: readonly string[];
  readonly facts: DatabaseFacts;
}

/** The name of the template for a schema: equal for equal statements, encoding and locale alone. */
export function templateName({ preData, postData, facts }: Holding): string {
  const { encoding, collate, ctype, localeProvider, locale, icuRules } = facts;
  const made = [
    FORM,
    preData,
    postData,
    encoding,
    collate,
    ctype,
    localeProvider,
    locale,
    icuRules,
  ];
  const hash = createHash('sha256').update(JSON.stringify(made)).digest('hex');
  return `${TEMPLATE_PREFIX}${hash.slice(0, 24)}`;
}

/**
 * Tells whether the server of the session has a template of that name that is as it was proved and whose
 * marker the session's role may write: in a clone it belongs to whoever made the template.
 */
export async function hasTemplate(client: Client, name: string): Promise<boolean> {
  const result = await client.query(
    `SELECT FROM pg_database
      WHERE datname = $1 AND datistemplate AND NOT datallowconn AND pg_has_role(datdba, 'USAGE')
        AND shobj_description(oid, 'pg_database') = $2 || xmin::text`,
    [name, PROVED],
  );
  return result.rowCount === 1;
}

/** The statement that makes a database as a template is, data and all. */
export function cloneSql(database: string, template: string): string {
  return `CREATE DATABASE ${ident(database)} TEMPLATE ${ident(template)}`;
}

/** Closes a database and gives it its name. It is no template yet: nobody has proved it. */
export async function closeTemplate(client: Client, staging: string, name: string): Promise<void> {
  await client.query(
    `ALTER DATABASE ${ident(staging)} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true`,
  );
  await client.query(`ALTER DATABASE ${ident(staging)} RENAME TO ${ident(name)}`);
}

const versionRow = z.object({ version: z.string() });

/** Writes down that a closed template was proved before it was closed: the last step of making it. */
export async function noteProof(client: Client, name: string): Promise<void> {
  const result = await client.query(
    `SELECT xmin::text AS version FROM pg_database WHERE datname = $1`,
    [name],
  );
  const { version } = versionRow.parse(result.rows[0]);
  await client.query(`COMMENT ON DATABASE ${ident(name)} IS ${literal(`${PROVED}${version}`)}`);
}

/** Makes a template serve again that was proved and could not be dropped. */
export async function reviveTemplate(client: Client, name: string): Promise<void> {
  await client.query(`ALTER DATABASE ${ident(name)} WITH IS_TEMPLATE true`);
  await noteProof(client, name);
}

/** Drops a template, or what was begun of it; fails where one is being cloned just now. */
export async function dropTemplate(client: Client, name: string): Promise<void> {
  await client.query(`ALTER DATABASE ${ident(name)} WITH IS_TEMPLATE false`);
  await client.query(`DROP DATABASE ${ident(name)}`);
}
