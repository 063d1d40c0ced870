import type { Client } from 'pg';
import { z } from 'zod';
import { tableNameSql, qualified } from '../identifiers';
import type { Extent } from '../../../workflows/domain/extent';
import { inExtent } from './tables';
import { IS_UNFINISHED } from '../schema/invalid-indexes';
import { CatalogCache } from './cache';
import type { ColumnProjection } from '../../../workflows/domain/manifest';
import { queryCatalog } from '../session/prepared';

const uniqueKeyRow = z.object({
  index: z.string(),
  table: z.string(),
  /** SQL over the bare columns of the table, one a key column, in the order of the index. */
  expressions: z.array(z.string()),
  /** SQL over the bare columns: the rows that the index holds; `null` if it holds all. */
  predicate: z.string().nullable(),
  nullsNotDistinct: z.boolean(),
  /** The columns that keys and predicate read. */
  columns: z.array(z.string()),
  valid: z.boolean(),
});

/** A unique index, of a constraint or not, as data: it can be applied to the rows of another database. */
export type UniqueKey = z.infer<typeof uniqueKeyRow>;

const uniqueKeys = new CatalogCache<readonly UniqueKey[]>();

/**
 * Lists the unique indexes on the tables of the extent: primary keys, constraints, plain, partial and
 * over expressions, but not those that were never finished. The deparsed text is qualified as the session's search path demands.
 */
export async function readUniqueKeys(
  client: Client,
  extent: Extent,
): Promise<readonly UniqueKey[]> {
  return uniqueKeys.getOrLoad(client, extent, () => listUniqueKeys(client, extent));
}

async function listUniqueKeys(client: Client, extent: Extent): Promise<readonly UniqueKey[]> {
  const result = await client.query(
    `SELECT x.relname AS "index",
            ${tableNameSql('n', 'c')} AS "table",
            (SELECT json_agg(pg_get_indexdef(i.indexrelid, k, true) || coalesce(${COLLATION}, '') ORDER BY k)
               FROM generate_series(1, i.indnkeyatts) AS k) AS "expressions",
            pg_get_expr(i.indpred, i.indrelid, true) AS "predicate",
            coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS "nullsNotDistinct",
            (SELECT coalesce(json_agg(a.attname ORDER BY a.attnum), '[]')
               FROM pg_attribute a
              WHERE a.attrelid = c.oid AND a.attnum > 0
                AND (a.attnum = ANY (i.indkey::int2[]) OR ${READ_BY_EXPRESSION})) AS "columns",
            i.indisvalid AS "valid"
       FROM pg_index i
       JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am m ON m.oid = x.relam
       JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE i.indisunique AND NOT ${IS_UNFINISHED} AND m.amname = 'btree'
        AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND ${inExtent('n', 'c')}
      ORDER BY 2, 1`,
    [extent.schemas, extent.tables],
  );
  return z.array(uniqueKeyRow).parse(result.rows);
}

/** Equality differs from that of the bytes under nondeterministic collations alone. */
const COLLATION = `(
  SELECT ' COLLATE ' || quote_ident(ln.nspname) || '.' || quote_ident(l.collname)
    FROM pg_collation l JOIN pg_namespace ln ON ln.oid = l.collnamespace
   WHERE l.oid = i.indcollation[k - 1] AND NOT l.collisdeterministic)`;

const READ_BY_EXPRESSION = `EXISTS (
  SELECT FROM pg_depend d
   WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
     AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid AND d.refobjsubid = a.attnum)`;

const primaryKeys = new CatalogCache<readonly string[]>();

const keyRow = z.object({ columns: z.array(z.string()) });

/**
 * The columns of a table's primary key, in the key's order; none if the table has no primary key,
 * or one with a column that the projection does not have.
 */
export async function readPrimaryKey(
  client: Client,
  table: string,
  projection: readonly ColumnProjection[],
): Promise<readonly string[]> {
  return primaryKeys.getOrLoad(client, [table, projection.map(({ name }) => name)], () =>
    listPrimaryKey(client, table, projection),
  );
}

async function listPrimaryKey(
  client: Client,
  table: string,
  projection: readonly ColumnProjection[],
): Promise<readonly string[]> {
  const result = await queryCatalog(
    client,
    `SELECT coalesce(json_agg(a.attname ORDER BY k.n), '[]') AS columns
       FROM pg_constraint AS c, unnest(c.conkey) WITH ORDINALITY AS k (num, n), pg_attribute AS a
      WHERE c.conrelid = $1::regclass AND c.contype = 'p'
        AND a.attrelid = c.conrelid AND a.attnum = k.num`,
    [qualified(table)],
  );
  const { columns } = keyRow.parse(result.rows[0]);
  const known = new Set(projection.map(({ name }) => name));
  return columns.every((column) => known.has(column)) ? columns : [];
}
