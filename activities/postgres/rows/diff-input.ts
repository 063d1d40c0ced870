import type { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { pipeline } from 'node:stream/promises';
import { qualified, ident } from '../identifiers';
import { keyedRows, type Side, BACKUP_ROWS } from './diff';
import { makeTemporary } from './scratch';
import type { Readable } from 'node:stream';
import type { Content } from '../../../workflows/domain/manifest';
import { copyIn } from './copy';
import { typeOfForm } from './projection';

const SOURCE_ROWS = 'pg_temp.moveout_source_rows';

/**
 * The statement that gives each row as `key`, 128 bits of hashes of its key under two seeds, and
 * `content`, the hash that the fingerprint sums. Equal on every server.
 */
export function hashedRows(side: Side, seed: string): string {
  const first = BigInt(seed);
  const second = BigInt.asIntN(64, first ^ 0x5555555555555555n);
  const key = [first, second].map(
    (one) => `int8send(hashtextextended(r.key, ${one.toString()}::int8))`,
  );
  return `SELECT ${key.join(' || ')} AS key, hash_record_extended(row(r.content), ${first.toString()}::int8) AS content
    FROM (${keyedRows(side)}) AS r`;
}

/**
 * Streams the hashes of rows from a session that may only read into a workbench elsewhere. Gives the
 * statement that reads them there.
 */
export async function bringHashes(
  { source, workbench }: { readonly source: Client; readonly workbench: Client },
  side: Side,
  seed: string,
): Promise<string> {
  await makeTemporary(workbench, SOURCE_ROWS, '(key bytea, content int8)');
  await pipeline(
    source.query(copyTo(`COPY (${hashedRows(side, seed)}) TO STDOUT (FORMAT binary)`)),
    workbench.query(copyFrom(`COPY ${qualified(SOURCE_ROWS)} FROM STDIN (FORMAT binary)`)),
  );
  return `SELECT r.key, r.content FROM ${qualified(SOURCE_ROWS)} AS r`;
}

/**
 * Loads a table's file into the temporary table `BACKUP_ROWS` of a workbench. Its columns have the
 * types that the manifest names, or those of the forms in which they are read: so the rows come in whatever has
 * become of the table and of the schema's own types. Fails unless as many rows arrive as the manifest says.
 */
export async function loadBackupRows(
  client: Client,
  content: Content,
  from: readonly [Readable, ...NodeJS.ReadWriteStream[]],
): Promise<void> {
  const columns = content.columns.map((column) => ({ ...column, type: typeOfForm(column) }));
  const list = columns.map(({ name, type }) => `${ident(name)} ${type}`).join(', ');
  await makeTemporary(client, BACKUP_ROWS, `(${list})`);
  await copyIn(client, { ...content, table: BACKUP_ROWS, columns }, from);
}
