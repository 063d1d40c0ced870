import { type Client, DatabaseError } from 'pg';
import { z } from 'zod';
import { filled, placeIn, readStatement, type Statement } from '../../workflows/domain/statement';
import { failure } from '../runtime/failure';
import { databaseFailure } from './errors/classify';

/** Puts `public` on the search path, as the author of a configured statement expects. */
async function searchPublic(client: Client): Promise<void> {
  await client.query(`SELECT set_config('search_path', 'pg_catalog, public', false)`);
}

/** Runs the configured statement over projects. */
export async function readRows(
  client: Client,
  statement: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  await searchPublic(client);
  const result = await sending({ place: 'projects.query', sql: statement }, (text) =>
    client.query(text),
  );
  return z.array(z.record(z.string(), z.unknown())).parse(result.rows);
}

/** Which projects are related to one: of its ref or a longer one that begins with it, or into its database. */
export interface RelatedTo {
  readonly projectRef: string;
  readonly databaseName: string | undefined;
}

/** Gives the rows of a configured statement over projects that are about related ones. */
export async function queryRelated(
  client: Client,
  statement: string,
  { projectRef, databaseName }: RelatedTo,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  await searchPublic(client);
  const sent = {
    place: 'projects.query',
    sql: statement,
    yields: 'the columns ref, database and owner',
    before: 'SELECT * FROM (\n',
    after: '\n) AS p WHERE starts_with(p.ref::text, $1) OR p.database::text = $2',
  };
  const result = await sending(sent, (text) =>
    client.query<Readonly<Record<string, unknown>>>(text, [projectRef, databaseName ?? null]),
  );
  return result.rows;
}

/** What the statement of a throttle answers. */
export interface QueryAnswer {
  /** 0, 1, or 2 for more. */
  readonly rows: number;
  /** Its text, in one line; a boolean is `true` or `false`. */
  readonly value: string | null;
}

const BOOLEAN = 16;
/** text, varchar. */
const TEXTS: readonly number[] = [25, 1043];
const LONGEST_ANSWER = 200;

/** Runs the statement of a throttle. Throws `ConfigInvalid` if it is refused, or yields no boolean and no text. */
export async function askThrottleQuery(client: Client, sql: string): Promise<QueryAnswer> {
  await searchPublic(client);
  const yields = 'one column, a boolean or a text';
  const place = 'throttle.query';
  const sent = { place, sql, yields, before: 'SELECT * FROM (\n', after: '\n) AS q LIMIT 2' };
  const { rows, fields } = await sending(sent, (text) =>
    client.query<(string | null)[]>({ text, rowMode: 'array', types: AS_TEXT }),
  );
  const [field] = fields;
  const isBoolean = field?.dataTypeID === BOOLEAN;
  if (fields.length !== 1 || !(isBoolean || TEXTS.includes(field?.dataTypeID ?? 0)))
    throw failure('ConfigInvalid', `${place} must yield ${yields}; cast what it yields`);
  const value = rows[0]?.[0] ?? null;
  if (isBoolean) return { rows: rows.length, value: value && (value === 't' ? 'true' : 'false') };
  return { rows: rows.length, value: value && oneLine(value).slice(0, LONGEST_ANSWER) };
}

const AS_TEXT = { getTypeParser: () => (value: string) => value };

/** A configured statement as one that stands in parentheses, with SQL in the place of `$1`: COPY takes no parameters. */
export function inlined(sql: string, first: string): string {
  // On lines of its own, whatever stands around it.
  return `\n${filled(statementOf(sql, 'a configured statement'), first)}\n`;
}

/** A configured statement and what it was sent with. */
export interface Sent {
  /** The part of the configuration where it stands. */
  readonly place: string;
  readonly sql: string;
  /** What was sent before it and after it. */
  readonly before?: string;
  readonly after?: string;
  /** The columns that it must yield, in words. */
  readonly yields?: string;
  /** The SQL that stood for `$1`. */
  readonly first?: string;
}

/** The text that is sent. */
export function sentText({ place, sql, before = '', after = '', first = '$1' }: Sent): string {
  return `${before}${filled(statementOf(sql, place), first)}${after}`;
}

/** SQLSTATEs by which PostgreSQL refuses a statement for what it says; a privilege that is missing is none. */
const SAID_WRONG = /^(?:42(?!501)|22|21|0A)/;

/** Whether PostgreSQL refused the statement for what it says. */
export function isRefused(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && SAID_WRONG.test(error.code ?? '');
}

/** What PostgreSQL finds wrong with a configured statement, and where in the configured text. */
export function complaint(error: DatabaseError, sent: Sent): string {
  const statement = statementOf(sent.sql, sent.place);
  const position = Number(error.position) - 1 - Array.from(sent.before ?? '').length;
  const place = placeIn(statement, position, sent.first ?? '$1');
  // If it has a position PostgreSQL quotes the statement, and has looked at no row yet.
  if (error.position === undefined) return databaseFailure(error, sent.place).message;
  const outside = sent.yields === undefined ? '' : `; it must yield ${sent.yields}`;
  const where = place === undefined ? outside : ` (${place})`;
  const state = `[SQLSTATE ${error.code ?? ''}]`;
  return `${sent.place}: PostgreSQL refuses the statement: ${oneLine(error.message)}${where} ${state}`;
}

/** Runs `use`; if PostgreSQL refuses the configured statement that it sent, says so as the configuration's fault. */
async function sending<T>(sent: Sent, use: (text: string) => Promise<T>): Promise<T> {
  const text = sentText(sent);
  try {
    return await use(text);
  } catch (error) {
    if (!isRefused(error)) throw databaseFailure(error, sent.place);
    throw failure('ConfigInvalid', complaint(error, sent));
  }
}

function statementOf(sql: string, place: string): Statement {
  const read = readStatement(sql);
  if ('statement' in read) return read.statement;
  throw failure('ConfigInvalid', `${place}: ${read.problem}`);
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
