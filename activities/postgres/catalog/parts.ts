import type { Client } from 'pg';
import { z } from 'zod';
import { tableName } from '../../../workflows/domain/object-names';
import type { Extent } from '../../../workflows/domain/extent';
import { queryCatalog } from '../session/prepared';

const partRow = z.object({
  schema: z.string(),
  name: z.string(),
  rootSchema: z.string(),
  rootName: z.string(),
  /**
   * What ends the detaching that was broken off, of it or of one that it is a part of: its rows are not read with the
   * table any more. NULL if there was none.
   */
  finishing: z.string().nullable(),
});

/** A partition, of whichever level, of a table in the extent's schemas. */
export interface Partition extends Omit<z.infer<typeof partRow>, 'rootSchema' | 'rootName'> {
  readonly table: string;
  /** The partitioned table that its rows are read by. */
  readonly root: string;
}

/**
 * Lists the partitions of the tables in the extent's schemas, wherever they are themselves. Not from memory: to read
 * the catalog's version takes ten times as long as this.
 */
export async function readPartitions(
  client: Client,
  { schemas }: Extent,
): Promise<readonly Partition[]> {
  const result = await queryCatalog(
    client,
    `WITH RECURSIVE part AS (
         SELECT c.oid, c.oid AS root, NULL::oid AS half, NULL::oid AS half_of
           FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relkind = 'p' AND NOT c.relispartition AND n.nspname = ANY ($1)
         UNION ALL
         SELECT i.inhrelid, p.root, CASE WHEN i.inhdetachpending THEN i.inhrelid ELSE p.half END,
                CASE WHEN i.inhdetachpending THEN i.inhparent ELSE p.half_of END
           FROM part p JOIN pg_inherits i ON i.inhparent = p.oid)
       SELECT n.nspname AS schema, c.relname AS name, rn.nspname AS "rootSchema", r.relname AS "rootName",
              'ALTER TABLE ' || ${nameSql('p.half_of')} || ' DETACH PARTITION ' || ${nameSql('p.half')} || ' FINALIZE' AS finishing
         FROM part p
         JOIN pg_class c ON c.oid = p.oid JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_class r ON r.oid = p.root JOIN pg_namespace rn ON rn.oid = r.relnamespace
        WHERE p.oid <> p.root
        ORDER BY 1, 2`,
    [schemas],
  );
  return z
    .array(partRow)
    .parse(result.rows)
    .map(({ rootSchema, rootName, ...part }) => ({
      ...part,
      table: tableName(part.schema, part.name),
      root: tableName(rootSchema, rootName),
    }));
}

function nameSql(relation: string): string {
  return `(SELECT format('%I.%I', hn.nspname, h.relname)
             FROM pg_class h JOIN pg_namespace hn ON hn.oid = h.relnamespace WHERE h.oid = ${relation})`;
}

const kindRow = z.object({ table: z.string(), kind: z.string() });

/** Tells what kind of relation each name is, as `pg_class.relkind` writes it; names of nothing are left out. */
export async function readRelationKinds(
  client: Client,
  tables: readonly (readonly [schema: string, name: string])[],
): Promise<ReadonlyMap<string, string>> {
  const result = await queryCatalog(
    client,
    `SELECT w.name AS "table", c.relkind::text AS kind
       FROM unnest($1::text[], $2::text[], $3::text[]) AS w (schema, relation, name)
       JOIN pg_namespace n ON n.nspname = w.schema
       JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.relation`,
    [
      tables.map(([schema]) => schema),
      tables.map(([, name]) => name),
      tables.map(([schema, name]) => tableName(schema, name)),
    ],
  );
  return new Map(
    z
      .array(kindRow)
      .parse(result.rows)
      .map(({ table, kind }) => [table, kind]),
  );
}
