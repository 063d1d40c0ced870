import type { Client } from 'pg';
import { z } from 'zod';
import { keyedRows, type Side } from './side';

const bucketRow = z.object({
  bucket: z.number(),
  differs: z.boolean(),
  /** The left side's share of its digest; NULL where it has no row in the bucket. */
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
