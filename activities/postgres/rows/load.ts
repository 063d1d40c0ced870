import type { Client } from 'pg';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import type { Content } from '../../../workflows/domain/manifest';
import { failure } from '../../runtime/failure';
import {
  addConstraints,
  dropConstraints,
  readUnsureConstraints,
  type Constraint,
} from '../catalog/constraints';
import { readForeignKeys, readReferences, type Reference } from '../catalog/foreign-keys';
import { populatedTables, type Choice } from '../catalog/populated';
import { dropUnfinishedIndexes } from '../schema/invalid-indexes';
import { readTriggers, setTriggers } from '../catalog/triggers';
import { copyIn, insertArray } from './copy';
import { qualified } from '../identifiers';
import { naming } from '../errors/classify';

/** Where the bytes of a table come from, and whom to tell when it is done. */
export interface Loading {
  readonly contents: readonly Content[];
  readonly open: (content: Content) => readonly [Readable, ...NodeJS.ReadWriteStream[]];
  /** All bytes of a small file, checked. */
  readonly whole: (content: Content) => Promise<Buffer>;
  readonly loaded: (content: Content) => void;
}

/**
 * Makes the tables hold exactly the rows of the backup, in the caller's transaction. What was in them
 * goes by TRUNCATE, which fires no delete trigger and cascades nowhere: foreign keys from other
 * tables, and constraints that would need a row before it has come or that rows may break, are taken off
 * and restored, and PostgreSQL checks every row behind those that were validated. User triggers are off meanwhile and afterwards fire as
 * before. Right from any state of the rows.
 */
export async function replaceRows(client: Client, loading: Loading): Promise<void> {
  const names = loading.contents.map((content) => content.table);
  if (names.length === 0) return;
  const extent = { schemas: [], tables: names, withoutColumns: [] };
  await assertPresent(client, names);
  const isEmpty = (await populatedTables(client, names.map(whole))).size === 0;
  const { order, against: wrong } = loadOrder(names, await readReferences(client, names));
  // A key from elsewhere is in the way of TRUNCATE only.
  const inTheWay = isEmpty ? wrong.filter(({ table }) => names.includes(table)) : wrong;
  const coming = loading.contents.filter(({ rows }) => rows > 0).map(({ table }) => table);
  const against = distinct([
    ...(inTheWay.length === 0 ? [] : await keysOf(client, extent, inTheWay)),
    ...(await readUnsureConstraints(client, coming)),
  ]);
  const triggers = await readTriggers(client, isEmpty ? coming : names);
  await dropConstraints(client, against);
  await setTriggers(client, triggers, 'D');
  await dropUnfinishedIndexes(client, names);
  if (!isEmpty) await client.query(`TRUNCATE ${names.map(qualified).join(', ')}`);
  // No row may reach a log.
  const mayInsert = !(await logsParameters(client));
  const position = (content: Content): number => order.indexOf(content.table);
  for (const content of [...loading.contents].sort((a, b) => position(a) - position(b))) {
    await naming(`loading ${content.table}`, () =>
      loadTable(client, content, { ...loading, mayInsert }),
    );
    loading.loaded(content);
  }
  await setTriggers(client, triggers);
  await addConstraints(client, against);
}

/** Bytes of a file that goes in one message with its statement: for a few rows a COPY costs more than it saves. */
const SMALL_FILE = 1_048_576;

/** Whether a table is worth a session, and transactions, of its own. */
export function isBig({ bytes, rows }: Content): boolean {
  return bytes > SMALL_FILE && rows > 0;
}

/**
 * Makes a big table hold exactly the rows of the backup, in the caller's transaction. Only for a table that nobody else
 * looks at: its rows are frozen, so that who has an older snapshot would see them, too. It must take rows as they
 * come; see `readPlainTables`.
 */
export async function loadAnew(
  client: Client,
  content: Content,
  { open }: Pick<Loading, 'open'>,
): Promise<void> {
  await client.query(`TRUNCATE ONLY ${qualified(content.table)}`);
  await copyIn(client, content, open(content), 'frozen');
}

async function loadTable(
  client: Client,
  content: Content,
  { open, whole, mayInsert }: Loading & { readonly mayInsert: boolean },
): Promise<void> {
  const { rows, bytes, encoding } = content;
  const isInsertable = mayInsert && encoding === 'json';
  if (bytes > SMALL_FILE || (rows > 0 && !isInsertable))
    return copyIn(client, content, open(content));
  const array = await whole(content);
  if (rows > 0) await insertArray(client, content, array);
}

/** The keys in full, to be restored as they were. */
async function keysOf(
  client: Client,
  extent: Extent,
  wanted: readonly Reference[],
): Promise<readonly Constraint[]> {
  const keys = await readForeignKeys(client, extent);
  return keys.filter((key) =>
    wanted.some(({ name, table }) => name === key.name && table === key.table),
  );
}

function distinct(constraints: readonly Constraint[]): readonly Constraint[] {
  return [
    ...new Map(constraints.map((one) => [JSON.stringify([one.table, one.name]), one])).values(),
  ];
}

function whole(table: string): Choice {
  return { table, where: 'true' };
}

async function assertPresent(client: Client, names: readonly string[]): Promise<void> {
  const result = await client.query(
    `SELECT n.name FROM unnest($1::text[], $2::text[]) AS n (name, quoted)
      WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = to_regclass(n.quoted) AND c.relkind IN ('r', 'p'))`,
    [names, names.map(qualified)],
  );
  const missing = z
    .array(z.object({ name: z.string() }))
    .parse(result.rows)
    .map(({ name }) => name);
  if (missing.length === 0) return;
  throw failure('SchemaDiffers', `the target lacks ${missing.join(', ')}`);
}

/** In which order rows can come, and what has to be off meanwhile. */
export interface LoadOrder {
  readonly order: readonly string[];
  /** Foreign keys from elsewhere, and those of a circle: no order satisfies them. */
  readonly against: readonly Reference[];
}

/** Sorts tables so that every row finds the rows it refers to, as far as there is such an order. */
function loadOrder(tables: readonly string[], keys: readonly Reference[]): LoadOrder {
  const waiting = [...tables].sort();
  const order: string[] = [];
  const isFree = (table: string): boolean =>
    !keys.some(
      (key) => key.table === table && key.references !== table && waiting.includes(key.references),
    );
  while (waiting.length > 0) {
    // Without a free table there is a circle: it is broken at the first.
    const next = waiting.find(isFree) ?? waiting[0] ?? '';
    waiting.splice(waiting.indexOf(next), 1);
    order.push(next);
  }
  const place = new Map(order.map((table, position) => [table, position]));
  const against = keys.filter((key) => {
    const from = place.get(key.table);
    return from === undefined || from < (place.get(key.references) ?? 0);
  });
  return { order, against };
}

const row = z.object({ logged: z.boolean() });

/**
 * Tells whether the session's server may write the parameters of a statement into its log, by its own
 * settings or by those of pgaudit and auto_explain. What COPY brings is in no log.
 */
export async function logsParameters(client: Client): Promise<boolean> {
  const result = await client.query(LOGGED);
  return row.parse(result.rows[0]).logged;
}

const LOGGED = `
  SELECT current_setting('log_parameter_max_length') <> '0'
           AND (current_setting('log_statement') IN ('mod', 'all')
                OR current_setting('log_min_duration_statement') <> '-1'
                OR current_setting('log_min_duration_sample') <> '-1'
                OR current_setting('log_transaction_sample_rate') <> '0')
         OR current_setting('log_parameter_max_length_on_error') <> '0'
         OR coalesce(current_setting('pgaudit.log_parameter', true), '') NOT IN ('', 'off')
         OR coalesce(current_setting('auto_explain.log_min_duration', true), '') NOT IN ('', '-1') AS logged`;

/** Gathers the planner's statistics for the tables. */
export async function analyze(client: Client, tables: readonly string[]): Promise<void> {
  if (tables.length > 0) await client.query(`ANALYZE ${tables.map(qualified).join(', ')}`);
}
