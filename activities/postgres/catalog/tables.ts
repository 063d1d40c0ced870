import type { Client } from 'pg';
import { z } from 'zod';
import { columnNameSql, tableNameSql } from '../identifiers';
import type { Extent } from '../../../workflows/domain/extent';
import { CatalogCache } from './cache';
import { queryCatalog } from '../session/prepared';

const columnRow = z.object({
  name: z.string(),
  /** As `format_type` prints it with only pg_catalog on the search path. */
  type: z.string(),
  generated: z.boolean(),
  enumeration: z.boolean(),
  /** In which form its values are the same in every database; see `columnSchema`. */
  form: z.enum(['as-is', 'text', 'output', 'number', 'numbers']),
  /** Whether names of objects stand within its values, which the target's objects must have to take them. */
  names: z.boolean(),
});

const tableRow = z.object({
  table: z.string(),
  partitioned: z.boolean(),
  /** Whether rows of another table are read with it, or its rows with another's. */
  inherits: z.boolean(),
  columns: z.array(columnRow),
});

export type ColumnFacts = z.infer<typeof columnRow>;
export type TableFacts = Readonly<z.infer<typeof tableRow>>;

const tables = new CatalogCache<readonly TableFacts[]>();

/** OIDs below this are fixed by PostgreSQL itself (`FirstNormalObjectId`). */
const FIRST_NORMAL_OID = 16384;

/** The type below all domains; few types are domains, and each would cost a query. */
const BASE_TYPE = `CASE WHEN t.typbasetype = 0 THEN t.oid ELSE (
  WITH RECURSIVE d (oid, base) AS (
    SELECT t.oid, t.typbasetype UNION ALL SELECT y.oid, y.typbasetype FROM d JOIN pg_type y ON y.oid = d.base)
  SELECT oid FROM d WHERE base = 0) END`;

/** The types whose values are names of objects, and in binary their numbers. */
const NAMES_OBJECTS = (type: string): string =>
  `(${type}.typname ~ '^reg' AND ${type}.typnamespace = 'pg_catalog'::regnamespace)`;

/**
 * Objects are known by their numbers, since what has their names in the target may come later or not at all. The
 * binary form of a user's own type, and of its arrays, holds OIDs that differ between databases; some types
 * have none. The cast of a domain over `bpchar` to text would drop trailing spaces.
 */
const FORM = `CASE
  WHEN ${NAMES_OBJECTS('b')} THEN 'number'
  WHEN ${NAMES_OBJECTS('e')} THEN 'numbers'
  WHEN t.oid <> b.oid AND b.oid = 'bpchar'::regtype THEN 'output'
  WHEN greatest(t.oid, t.typelem)::int8 >= ${String(FIRST_NORMAL_OID)} THEN 'text'
  WHEN b.typsend = 0 OR b.typreceive = 0 OR e.typsend = 0 OR e.typreceive = 0 THEN 'text'
  ELSE 'as-is' END`;

/** Types that hold others: domains, arrays, composites, ranges and multiranges. Their text has names, their own form numbers. */
const HOLDS_NAMES = `(t.oid::int8 >= ${String(FIRST_NORMAL_OID)} OR t.typelem::int8 >= ${String(FIRST_NORMAL_OID)}) AND EXISTS (
  WITH RECURSIVE w (oid) AS (
    SELECT t.oid
    UNION
    SELECT held.oid FROM w JOIN pg_type y ON y.oid = w.oid, LATERAL (
      SELECT y.typbasetype UNION ALL SELECT y.typelem
      UNION ALL SELECT a.atttypid FROM pg_attribute a WHERE a.attrelid = y.typrelid AND a.attnum > 0 AND NOT a.attisdropped
      UNION ALL SELECT r.rngsubtype FROM pg_range r WHERE y.oid IN (r.rngtypid, r.rngmultitypid)) AS held (oid)
     WHERE held.oid <> 0)
  SELECT FROM w JOIN pg_type y ON y.oid = w.oid WHERE ${NAMES_OBJECTS('y')})`;

/** A generated column goes with any column that it is computed from; PostgreSQL 15 moved the dependency to its default. */
const COMPUTED_FROM_LEFT_BEHIND = `EXISTS (
  SELECT FROM pg_depend p
    JOIN pg_attribute b ON b.attrelid = p.refobjid AND b.attnum = p.refobjsubid
    LEFT JOIN pg_attrdef d ON p.classid = 'pg_attrdef'::regclass AND d.oid = p.objid
   WHERE p.refclassid = 'pg_class'::regclass AND p.refobjid = c.oid AND b.attnum <> a.attnum
     AND ${columnNameSql('n', 'c', 'b')} = ANY ($3)
     AND (d.adrelid = c.oid AND d.adnum = a.attnum
          OR p.classid = 'pg_class'::regclass AND p.objid = c.oid AND p.objsubid = a.attnum))`;

/**
 * Lists the tables of the extent with their columns in the table's own order, except for columns that stay
 * behind. Partitions are not listed, their partitioned tables are.
 */
export async function readTables(client: Client, extent: Extent): Promise<readonly TableFacts[]> {
  return tables.getOrLoad(client, extent, () => listTables(client, extent));
}

async function listTables(client: Client, extent: Extent): Promise<readonly TableFacts[]> {
  const result = await client.query(
    `SELECT ${tableNameSql('n', 'c')} AS "table",
            c.relkind = 'p' AS "partitioned",
            EXISTS (SELECT FROM pg_inherits i JOIN pg_class k ON k.oid = i.inhrelid
                     WHERE c.oid IN (i.inhparent, i.inhrelid) AND NOT k.relispartition) AS "inherits",
            (SELECT coalesce(json_agg(json_build_object(
                      'name', a.attname,
                      'type', format_type(a.atttypid, a.atttypmod),
                      'generated', a.attgenerated <> '',
                      'enumeration', t.typtype = 'e',
                      'form', ${FORM},
                      'names', ${FORM} = 'text' AND ${HOLDS_NAMES}) ORDER BY a.attnum), '[]')
               FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
               JOIN pg_type b ON b.oid = ${BASE_TYPE}
               LEFT JOIN pg_type e ON e.oid = b.typelem AND b.typsubscript = 'array_subscript_handler'::regproc
              WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                AND ${columnNameSql('n', 'c', 'a')} <> ALL ($3)
                AND NOT (a.attgenerated <> '' AND ${COMPUTED_FROM_LEFT_BEHIND})) AS "columns"
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${inExtent('n', 'c')} AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND ${tableNameSql('n', 'c')} <> ALL ($4)
      ORDER BY n.nspname, c.relname`,
    [extent.schemas, extent.tables, extent.withoutColumns, extent.withoutTables ?? []],
  );
  return z.array(tableRow).parse(result.rows);
}

const sizeRow = z.object({
  table: z.string(),
  /** By the statistics; `null` if there are none, though the table may hold rows. */
  estimatedRows: z.coerce.number().nullable(),
  bytes: z.coerce.number(),
});

/** How big a table is, by the statistics and with its indexes. */
export type TableSize = Readonly<z.infer<typeof sizeRow>>;

/**
 * The statistics of a partitioned table are those of its partitions; a file without a byte holds no row. A plain table
 * is not looked for among all relations: that would cost more than all else in the statement.
 */
const ESTIMATED_ROWS = `CASE c.relkind
  WHEN 'r' THEN CASE WHEN c.reltuples >= 0 OR pg_relation_size(c.oid) = 0
                     THEN greatest(c.reltuples, 0)::int8::text END
  ELSE (SELECT CASE WHEN count(*) FILTER (WHERE p.reltuples < 0 AND pg_relation_size(p.oid) > 0) = 0
                    THEN coalesce(sum(greatest(p.reltuples, 0)), 0)::int8::text END
          FROM pg_partition_tree(c.oid) AS part JOIN pg_class p ON p.oid = part.relid
         WHERE p.relkind = 'r') END`;

/** Reads the sizes of the tables of the extent, by name. */
export async function readSizes(
  client: Client,
  extent: Extent,
): Promise<ReadonlyMap<string, TableSize>> {
  const result = await queryCatalog(
    client,
    `SELECT ${tableNameSql('n', 'c')} AS "table",
            ${ESTIMATED_ROWS} AS "estimatedRows",
            pg_total_relation_size(c.oid)::text AS "bytes"
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${inExtent('n', 'c')} AND c.relkind IN ('r', 'p') AND NOT c.relispartition`,
    [extent.schemas, extent.tables],
  );
  return new Map(
    z
      .array(sizeRow)
      .parse(result.rows)
      .map((size) => [size.table, size]),
  );
}

/**
 * The condition that a relation lies in an extent, over the aliases of its `pg_namespace` and
 * `pg_class`; `$1` is the extent's schemas, `$2` its tables.
 */
export function inExtent(namespace: string, relation: string): string {
  return `(${namespace}.nspname = ANY ($1) OR ${tableNameSql(namespace, relation)} = ANY ($2))`;
}
