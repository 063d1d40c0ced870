import { counted } from '../../../workflows/domain/counted';
import type { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { Writable, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ColumnProjection, Content } from '../../../workflows/domain/manifest';
import { failure } from '../../runtime/failure';
import { ident, qualified } from '../identifiers';
import {
  insertFromArray,
  insertFromLines,
  lineExpression,
  LINES_FORMAT,
  LINES_TABLE,
} from './json-lines';
import { selectList } from './projection';
import { runBatch } from '../session/batch';

const FORMATS = {
  binary: 'FORMAT binary',
  text: 'FORMAT text',
  json: LINES_FORMAT,
} as const;

/** Rows on their way out: what to select, and in which encoding. */
export interface CopyOut {
  readonly table: string;
  readonly columns: readonly ColumnProjection[];
  readonly where: string;
  readonly encoding: Content['encoding'];
  /** Columns that the rows are ordered by; without any they come as they lie. */
  readonly order?: readonly string[];
}

/** A running COPY TO: its bytes, and the number of rows once they have all been read. */
export interface RowStream {
  readonly stream: Readable;
  readonly rows: () => number;
}

/** Starts to copy a selection out of the database. In `json` each line is one object. */
export function copyOut(client: Client, from: CopyOut): RowStream {
  const expressions =
    from.encoding === 'json' ? [lineExpression(from.columns)] : selectList(from.columns);
  const stream = client.query(
    copyTo(
      `COPY (SELECT ${expressions.join(', ')} FROM ${qualified(from.table)} AS t WHERE ${from.where}${orderBy(from)})
         TO STDOUT (${FORMATS[from.encoding]})`,
    ),
  );
  return { stream, rows: () => stream.rowCount };
}

/** What COPY gives of no rows (PostgreSQL, COPY, "Binary Format": signature, flags, extension, trailer). */
export function noRows(encoding: 'binary' | 'text'): Buffer {
  return encoding === 'binary' ? EMPTY_BINARY : Buffer.alloc(0);
}

const EMPTY_BINARY = Buffer.concat([
  Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'),
  Buffer.alloc(8),
  Buffer.from([0xff, 0xff]),
]);

function orderBy({ order = [] }: CopyOut): string {
  return order.length === 0
    ? ''
    : ` ORDER BY ${order.map((name) => `t.${ident(name)}`).join(', ')}`;
}

/**
 * Copies rows into a table, in the caller's transaction. Fails unless as many rows arrive as the
 * manifest says; of a file without rows the bytes are read for whoever checks them. Frozen, no reader has to mark
 * the rows as seen; the transaction must have emptied the table, and JSON lines take another way in.
 */
export async function copyIn(
  client: Client,
  content: Content,
  from: readonly [Readable, ...NodeJS.ReadWriteStream[]],
  how?: 'frozen',
): Promise<void> {
  if (content.rows === 0) return pipeline([...from, nowhere()]);
  const rows =
    content.encoding === 'json'
      ? await throughLines(client, content, from)
      : await straight(client, content, { from, options: how === 'frozen' ? ', FREEZE' : '' });
  assertAll(content, rows);
}

/** Loads the file of a small table in `json` as one parameter. */
export async function insertArray(client: Client, content: Content, array: Buffer): Promise<void> {
  const inserted = await client.query(insertFromArray(content, array), [array]);
  assertAll(content, inserted.rowCount ?? 0);
}

function assertAll(content: Content, rows: number): void {
  if (rows === content.rows) return;
  throw failure(
    'BackupDamaged',
    `${content.table}: ${counted(rows, 'row')} came out of ${content.file}, the manifest says ${String(content.rows)}`,
  );
}

async function straight(
  client: Client,
  content: Content,
  { from, options }: { readonly from: readonly NodeJS.ReadableStream[]; readonly options: string },
): Promise<number> {
  const names = content.columns.map((column) => ident(column.name)).join(', ');
  const sink = client.query(
    copyFrom(
      `COPY ${qualified(content.table)} (${names}) FROM STDIN (${FORMATS[content.encoding]}${options})`,
    ),
  );
  await pipeline([...from, sink]);
  return sink.rowCount;
}

const FEW_ROWS = 2_000;

async function throughLines(
  client: Client,
  content: Content,
  from: readonly NodeJS.ReadableStream[],
): Promise<number> {
  await client.query(
    `CREATE TEMP TABLE IF NOT EXISTS ${LINES_TABLE} (line json NOT NULL) ON COMMIT DROP`,
  );
  const sink = client.query(copyFrom(`COPY pg_temp.${LINES_TABLE} FROM STDIN (${LINES_FORMAT})`));
  await pipeline([...from, sink]);
  // A few dead lines cost the next table less than a new file does.
  const emptying = content.rows <= FEW_ROWS ? 'DELETE FROM' : 'TRUNCATE';
  const [inserted] = await runBatch(client, [
    insertFromLines(content),
    `${emptying} pg_temp.${LINES_TABLE}`,
  ]);
  return inserted?.rowCount ?? 0;
}

function nowhere(): Writable {
  return new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });
}
