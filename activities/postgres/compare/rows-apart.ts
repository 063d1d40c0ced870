import type { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { LINES_FORMAT } from '../json-lines';
import { qualified } from '../identifiers';
import { makeTemporary } from './workbench';

const count = z.coerce.number();
const countsRow = z.object({ missing: count, extra: count, changed: count });

/** How many rows of two sides are apart. */
export type RowCounts = Readonly<z.infer<typeof countsRow>>;

const APART = 'pg_temp.moveout_apart';

/**
 * Compares two statements that give `key` and `content`, the first saying what should be there, and
 * keeps the keys that are apart in a temporary table. Rows count as often as they stand there: a row
 * twice for a row once is one extra row.
 */
export async function differingRows(
  client: Client,
  [should, is]: readonly [string, string],
): Promise<RowCounts> {
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
