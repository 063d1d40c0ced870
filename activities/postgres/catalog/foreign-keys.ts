import type { Client } from 'pg';
import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import { inExtent } from './tables';
import { CatalogCache } from './cache';
import { ident, qualified, tableNameSql } from '../identifiers';
import { runBatch } from '../session/batch';
import { queryCatalog } from '../session/prepared';

const foreignKeyRow = z.object({
  name: z.string(),
  table: z.string(),
  references: z.string(),
  definition: z.string(),
  validated: z.boolean(),
  columns: z.array(z.string()),
  referencedColumns: z.array(z.string()),
  /** The equality operator of each pair of columns, with its schema: a key may compare as its type does. */
  operators: z.array(z.string()),
  /** Whether a key with some columns NULL points at nothing (MATCH FULL), and not nowhere. */
  matchFull: z.boolean(),
  comment: z.string().nullable(),
});

export type ForeignKey = z.infer<typeof foreignKeyRow>;

const foreignKeys = new CatalogCache<readonly ForeignKey[]>();

/** Lists the foreign keys that point at tables of the extent, from wherever they come. */
export async function readForeignKeys(
  client: Client,
  extent: Extent,
): Promise<readonly ForeignKey[]> {
  return foreignKeys.getOrLoad(client, extent, () => listForeignKeys(client, extent));
}

async function listForeignKeys(client: Client, extent: Extent): Promise<readonly ForeignKey[]> {
  const result = await queryCatalog(
    client,
    `SELECT c.conname AS "name",
            ${tableNameSql('fn', 'f')} AS "table",
            ${tableNameSql('tn', 't')} AS "references",
            pg_get_constraintdef(c.oid) AS "definition",
            c.convalidated AS "validated", c.confmatchtype = 'f' AS "matchFull",
            obj_description(c.oid, 'pg_constraint') AS "comment",
            (SELECT json_agg(format('OPERATOR(%I.%s)', onsp.nspname, o.oprname) ORDER BY k.n)
               FROM unnest(c.conpfeqop) WITH ORDINALITY k (op, n)
               JOIN pg_operator o ON o.oid = k.op
               JOIN pg_namespace onsp ON onsp.oid = o.oprnamespace) AS "operators",
            (SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY k (num, n)
               JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num) AS "columns",
            (SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(c.confkey) WITH ORDINALITY k (num, n)
               JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.num) AS "referencedColumns"
       FROM pg_constraint c
       JOIN pg_class f ON f.oid = c.conrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
       JOIN pg_class t ON t.oid = c.confrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
      WHERE c.contype = 'f' AND c.conparentid = 0 AND ${inExtent('tn', 't')}
      ORDER BY 2, 1`,
    [extent.schemas, extent.tables],
  );
  return z.array(foreignKeyRow).parse(result.rows);
}

/** Which foreign key of which table points where. */
export type Reference = Pick<ForeignKey, 'name' | 'table' | 'references'>;

const referenceRow = foreignKeyRow.pick({ name: true, table: true, references: true });

/** Lists the foreign keys that point at the tables, from wherever they come, by name only. */
export async function readReferences(
  client: Client,
  tables: readonly string[],
): Promise<readonly Reference[]> {
  const result = await queryCatalog(
    client,
    `SELECT c.conname AS "name", ${tableNameSql('fn', 'f')} AS "table", p.name AS "references"
       FROM unnest($1::text[], $2::text[]) AS p (name, quoted)
       JOIN pg_constraint c ON c.confrelid = p.quoted::regclass AND c.contype = 'f' AND c.conparentid = 0
       JOIN pg_class f ON f.oid = c.conrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
      ORDER BY 2, 1`,
    [tables, tables.map(qualified)],
  );
  return z.array(referenceRow).parse(result.rows);
}

/**
 * Counts for each key the rows that point at nothing, by anti-join: a constraint that calls itself valid proves
 * nothing about rows that came in while it was off.
 */
export async function countOrphans(
  client: Client,
  keys: readonly ForeignKey[],
): Promise<readonly number[]> {
  const results = await runBatch(client, keys.map(countingOrphans));
  return results.map(({ rows }) => orphansRow.parse(rows[0]).orphans);
}

const orphansRow = z.object({ orphans: z.number() });

function countingOrphans(key: ForeignKey): string {
  const joined = key.columns.map(
    (column, i) =>
      `p.${ident(key.referencedColumns[i] ?? column)} ${key.operators[i] ?? '='} f.${ident(column)}`,
  );
  const present = key.columns.map((column) => `f.${ident(column)} IS NOT NULL`);
  return `SELECT count(*)::int AS orphans FROM ${qualified(key.table)} f
      WHERE (${present.join(key.matchFull ? ' OR ' : ' AND ')})
        AND NOT EXISTS (SELECT FROM ${qualified(key.references)} p WHERE ${joined.join(' AND ')})`;
}
