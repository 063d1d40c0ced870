import type { Content } from '../../../workflows/domain/manifest';
import { ident, literal, qualified } from '../identifiers';
import { selectList, selectListAtTarget } from './projection';
import type { Client } from 'pg';
import { z } from 'zod';
import { to as copyTo } from 'pg-copy-streams';
import type { Readable } from 'node:stream';
import { LINES_FORMAT } from './json-lines';
import { makeTemporary } from './scratch';

/** The temporary table that holds a backup's rows of one table while they are compared. */
export const BACKUP_ROWS = 'pg_temp.moveout_backup_rows';

/** The rows of one table on one side of a comparison, each column read over the alias `t`. */
export interface Side {
  /** `schema.table`. */
  readonly table: string;
  readonly where: string;
  readonly columns: readonly { readonly name: string; readonly expression: string }[];
  /** The columns of the primary key; empty if there is none. */
  readonly key: readonly string[];
}

/** The rows as they came out of the backup's file. */
export function backupSide(content: Content): Side {
  const expressions = content.columns.map(({ name }) => `t.${ident(name)}`);
  return { ...sideOf(content, expressions), table: BACKUP_ROWS };
}

/** The rows that the target holds. */
export function targetSide(content: Content): Side {
  return sideOf(content, selectListAtTarget(content.columns));
}

/** The rows in scope that the source holds. */
export function sourceSide(content: Content, where: string): Side {
  return { ...sideOf(content, selectList(content.columns)), where };
}

/**
 * The statement that gives each row as `key`, a text, and `content`, its exact bytes. The key is a
 * JSON object of the primary key's columns in their text form, ready for a file; if there is no
 * primary key, the SHA-256 of the whole row.
 */
export function keyedRows({ table, where, columns, key }: Side): string {
  const record = `record_send(row(${columns.map(({ expression }) => expression).join(', ')}))`;
  const members = columns
    .filter(({ name }) => key.includes(name))
    .map(({ name, expression }) => {
      const label = literal(`${JSON.stringify(name)}:`);
      return `${label} || coalesce(to_json((${expression})::text)::text, 'null')`;
    });
  const known =
    members.length === 0
      ? `encode(sha256(${record}), 'hex')`
      : `'{' || ${members.join(` || ',' || `)} || '}'`;
  return `SELECT (${known}) COLLATE "C" AS key, ${record} AS content FROM ${qualified(table)} AS t WHERE ${where}`;
}

function sideOf(content: Content, expressions: readonly string[]): Side {
  const columns = content.columns.map(({ name }, i) => ({
    name,
    expression: expressions[i] ?? '',
  }));
  return { table: content.table, where: 'true', columns, key: content.key ?? [] };
}

const bucketRow = z.object({
  bucket: z.number(),
  differs: z.boolean(),
  /** The left side's share of its digest; NULL if it has no row in the bucket. */
  digest: z.string().nullable(),
});

/** Which buckets of two sides differ, and the fingerprint's digest of the whole left side. */
export interface Buckets {
  readonly differing: readonly number[];
  readonly digest: string;
}

/** A row's bucket by the hash of its key, one of 256. */
const BUCKET = 'hashtextextended(r.key, 0) & 255';

/** Fingerprints both sides by bucket, in one pass over each. */
export async function compareBuckets(
  client: Client,
  [left, right]: readonly [Side, Side],
  seed: string,
): Promise<Buckets> {
  const result = await client.query(
    `SELECT bucket::int AS bucket, l.digest::text AS digest,
            (l.rows, l.digest) IS DISTINCT FROM (r.rows, r.digest) AS differs
       FROM (${fingerprints(left, seed)}) AS l FULL JOIN (${fingerprints(right, seed)}) AS r USING (bucket)`,
  );
  const buckets = z.array(bucketRow).parse(result.rows);
  return {
    differing: buckets.filter(({ differs }) => differs).map(({ bucket }) => bucket),
    digest: buckets.reduce((sum, { digest }) => sum + BigInt(digest ?? '0'), 0n).toString(),
  };
}

/** The rows of a side that lie in one of the buckets. */
export function inBuckets(side: Side, buckets: readonly number[]): string {
  const list = buckets.map(String).join(', ');
  return `SELECT r.key, r.content FROM (${keyedRows(side)}) AS r WHERE ${BUCKET} IN (${list})`;
}

function fingerprints(side: Side, seed: string): string {
  const hash = `hash_record_extended(row(r.content), ${BigInt(seed).toString()}::int8)`;
  return `SELECT ${BUCKET} AS bucket, count(*) AS rows, sum(${hash}) AS digest
    FROM (${keyedRows(side)}) AS r GROUP BY 1`;
}

const count = z.coerce.number();
const countsRow = z.object({ missing: count, extra: count, changed: count });

/** How many rows of two sides are apart. */
export type DifferingRows = Readonly<z.infer<typeof countsRow>>;

const APART = 'pg_temp.moveout_apart';

/**
 * Compares two statements that give `key` and `content`, the first saying what should be there, and
 * keeps the keys that are apart in a temporary table. Rows count as often as they stand there: a row
 * twice for a row once is one extra row.
 */
export async function differingRows(
  client: Client,
  [should, is]: readonly [string, string],
): Promise<DifferingRows> {
  await makeTemporary(
    client,
    APART,
    `AS WITH s AS MATERIALIZED (${should}), i AS MATERIALIZED (${is}),
       l AS (SELECT d.key, count(*) AS n FROM (TABLE s EXCEPT ALL TABLE i) AS d GROUP BY 1),
       f AS (SELECT d.key, count(*) AS n FROM (TABLE i EXCEPT ALL TABLE s) AS d GROUP BY 1),
       n AS (SELECT key, coalesce(l.n, 0) AS lost, coalesce(f.n, 0) AS found FROM l FULL JOIN f USING (key))
     SELECT n.key, greatest(n.lost - n.found, 0) AS missing, greatest(n.found - n.lost, 0) AS extra,
            least(n.lost, n.found) AS changed
       FROM n`,
  );
  const result = await client.query(
    `SELECT coalesce(sum(missing), 0)::text AS missing, coalesce(sum(extra), 0)::text AS extra,
            coalesce(sum(changed), 0)::text AS changed FROM ${qualified(APART)}`,
  );
  return countsRow.parse(result.rows[0]);
}

/**
 * Starts to copy out the keys that `setApart` kept, at most `limit` lines: each a JSON object of
 * `kind` and `key`. They go as a stream and never become values here.
 */
export function copyKeysApart(client: Client, limit: number): Readable {
  return client.query(
    copyTo(
      `COPY (SELECT '{"kind":"' || k.kind || '","key":' || a.key || '}'
               FROM ${qualified(APART)} AS a,
                    LATERAL (VALUES ('missing', a.missing), ('extra', a.extra), ('changed', a.changed)) AS k (kind, n)
              WHERE k.n > 0 ORDER BY k.kind, a.key LIMIT ${limit}) TO STDOUT (${LINES_FORMAT})`,
    ),
  );
}
