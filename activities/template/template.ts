import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { z } from 'zod';
import { ident, literal } from '../postgres/identifiers';
import type { DatabaseFacts } from '../postgres/schema';

/** How the names of template databases begin. */
export const TEMPLATE_PREFIX = 'moveout_template_';

/** Stands before a template's stamp in its comment: only a template that was proved has one. */
const PROVED = 'moveout: proved to hold the schema, stamp ';

/** Changes with what a template holds beside the schema: the empty table of the mark. */
const FORM = 1;

/** What a template holds: all statements that make the schema, in a database of such facts. */
export interface Holding {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly facts: DatabaseFacts;
}

/** A template on a server: its name, and the stamp of its catalog when it was proved. */
export interface Template {
  readonly name: string;
  readonly stamp: string;
}

/** The name of the template for a schema: equal for equal statements, encoding and locale alone. */
export function templateName({ before, after, facts }: Holding): string {
  const { encoding, collate, ctype, localeProvider, locale, icuRules } = facts;
  const made = [FORM, before, after, encoding, collate, ctype, localeProvider, locale, icuRules];
  const hash = createHash('sha256').update(JSON.stringify(made)).digest('hex');
  return `${TEMPLATE_PREFIX}${hash.slice(0, 24)}`;
}

const commentRow = z.object({ comment: z.string().nullable() });

/** Looks for a proved template of that name on the server of the session. */
export async function findTemplate(client: Client, name: string): Promise<Template | undefined> {
  const result = await client.query(
    `SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database
      WHERE datname = $1 AND datistemplate AND NOT datallowconn`,
    [name],
  );
  if (result.rows[0] === undefined) return undefined;
  const { comment } = commentRow.parse(result.rows[0]);
  return comment?.startsWith(PROVED) === true
    ? { name, stamp: comment.slice(PROVED.length) }
    : undefined;
}

/** The statement that makes a database as a template is, data and all. */
export function cloneSql(database: string, { name }: Template): string {
  return `CREATE DATABASE ${ident(database)} TEMPLATE ${ident(name)}`;
}

/** Closes a database that was proved, writes its stamp down, and gives it its name: the last step of making it. */
export async function closeTemplate(
  client: Client,
  staging: string,
  { name, stamp }: Template,
): Promise<void> {
  await client.query(`COMMENT ON DATABASE ${ident(staging)} IS ${literal(`${PROVED}${stamp}`)}`);
  await client.query(
    `ALTER DATABASE ${ident(staging)} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true`,
  );
  await client.query(`ALTER DATABASE ${ident(staging)} RENAME TO ${ident(name)}`);
}

/** Drops a template, or what was begun of it; fails where one is being cloned just now. */
export async function dropTemplate(client: Client, name: string): Promise<void> {
  await client.query(`ALTER DATABASE ${ident(name)} WITH IS_TEMPLATE false`);
  await client.query(`DROP DATABASE ${ident(name)}`);
}
