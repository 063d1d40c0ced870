import { encodeId, type Fact } from '@supabase/pg-delta';
import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import { inExtentLiteral, type Ask } from './supplements/supplement';
import type { LeftOut } from './script';
import type { Client } from 'pg';
import { ident, qualified } from '../identifiers';
import { runBatch } from '../session/batch';

/**
 * The condition that an index (`i` of pg_index, `x` of pg_class) was never finished and is left out: as
 * pg_dump does, what an interrupted CREATE INDEX, DROP INDEX or REINDEX CONCURRENTLY leaves behind, and an index of a
 * partitioned table without parts. A constraint stands on its index, so that of a constraint is not left out.
 */
export const IS_UNFINISHED = `(
  NOT (i.indisvalid AND i.indisready AND i.indislive)
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.oid AND k.contype IN ('p', 'u', 'x'))
  AND (x.relkind = 'i' OR NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhparent = x.oid)))`;

const ROW = z.object({
  schema: z.string(),
  name: z.string(),
  object: z.string(),
  table: z.string(),
  inside: z.boolean(),
  /** Whether it is one of a partitioned table, which has no rows of its own to index. */
  partitioned: z.boolean(),
});

/** An index that is left out; `inside` tells whether it is one of the extent. */
export type InvalidIndex = Readonly<z.infer<typeof ROW>>;

/** Reads every unfinished index of the database. */
export async function readInvalidIndexes(
  ask: Ask,
  extent: Extent,
): Promise<readonly InvalidIndex[]> {
  return ROW.array().parse(
    await ask(`
SELECT n.nspname AS schema, x.relname AS name, format('%I.%I', n.nspname, x.relname) AS object,
       format('%I.%I', n.nspname, c.relname) AS table, ${inExtentLiteral(extent)} AS inside, x.relkind = 'I' AS partitioned
  FROM pg_index i
  JOIN pg_class x ON x.oid = i.indexrelid
  JOIN pg_class c ON c.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname !~ '^pg_' AND ${IS_UNFINISHED}
 ORDER BY 1, 2`),
  );
}

/** The facts without those of unfinished indexes. */
export function withoutInvalid(facts: readonly Fact[], invalid: readonly InvalidIndex[]): Fact[] {
  const gone = new Set(
    invalid.map(({ schema, name }) => encodeId({ kind: 'index', schema, name })),
  );
  return facts.filter(({ id }) => !gone.has(encodeId(id)));
}

/** What the plan says of those of the extent. */
export function passedOver(invalid: readonly InvalidIndex[]): LeftOut[] {
  return invalid
    .filter(({ inside }) => inside)
    .map(({ object, table, partitioned }) => ({
      object: `index ${object} on ${table}`,
      because: partitioned
        ? `it is not valid, since it was made ON ONLY the partitioned table and no partition has an index attached to it; DROP INDEX ${object} removes it`
        : `it is not valid, which an interrupted CREATE INDEX or REINDEX CONCURRENTLY leaves behind, and pg_dump leaves it out as well; REINDEX INDEX ${object} makes it valid, DROP INDEX ${object} removes it`,
    }));
}

const row = z.object({ schema: z.string(), name: z.string() });

/**
 * Drops the indexes on the tables that an interrupted CREATE INDEX CONCURRENTLY has left: no one relies on
 * one, but a unique one refuses rows, and TRUNCATE would make one valid that the backup knows nothing of.
 */
export async function dropUnfinishedIndexes(
  client: Client,
  tables: readonly string[],
): Promise<void> {
  const result = await client.query(
    `SELECT n.nspname AS schema, x.relname AS name
       FROM unnest($1::text[]) AS t (name)
       JOIN pg_index i ON i.indrelid = t.name::regclass
       JOIN pg_class x ON x.oid = i.indexrelid
       JOIN pg_namespace n ON n.oid = x.relnamespace
      WHERE ${IS_UNFINISHED}`,
    [tables.map(qualified)],
  );
  const found = z.array(row).parse(result.rows);
  await runBatch(
    client,
    found.map(({ schema, name }) => `DROP INDEX ${ident(schema)}.${ident(name)}`),
  );
}
