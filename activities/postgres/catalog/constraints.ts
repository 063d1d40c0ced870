import type { Client } from 'pg';
import { z } from 'zod';
import { ident, literal, qualified, tableNameSql } from '../identifiers';

const constraintRow = z.object({
  name: z.string(),
  table: z.string(),
  definition: z.string(),
  comment: z.string().nullable(),
});

/** A constraint with all that it takes to make it again. */
export type Constraint = z.infer<typeof constraintRow>;

/**
 * Condition on `pg_constraint k` that rows may break it while they are loaded, though they keep it where they come
 * from: it is NOT VALID, so that rows from before may break it, or calls a function, which may look at rows that have not come yet.
 */
export const UNSURE_WHILE_LOADING = `k.conparentid = 0 AND k.coninhcount = 0 AND (
  k.contype IN ('c', 'f') AND NOT k.convalidated
  OR k.contype = 'c' AND EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = 'pg_constraint'::regclass AND d.objid = k.oid
       AND d.refclassid = 'pg_proc'::regclass AND d.refobjid >= 16384))`;

/** Lists the constraints of the tables that must be off while rows are loaded. */
export async function readUnsureConstraints(
  client: Client,
  tables: readonly string[],
): Promise<readonly Constraint[]> {
  const result = await client.query(
    `SELECT k.conname AS "name", ${tableNameSql('n', 'c')} AS "table", pg_get_constraintdef(k.oid) AS "definition",
            obj_description(k.oid, 'pg_constraint') AS "comment"
       FROM pg_constraint k
       JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${tableNameSql('n', 'c')} = ANY ($1) AND ${UNSURE_WHILE_LOADING}
      ORDER BY 2, 1`,
    [tables],
  );
  return z.array(constraintRow).parse(result.rows);
}

/** Takes constraints off; the caller's transaction restores them. */
export async function dropConstraints(
  client: Client,
  constraints: readonly Constraint[],
): Promise<void> {
  for (const { name, table } of constraints)
    await client.query(`ALTER TABLE ${qualified(table)} DROP CONSTRAINT ${ident(name)}`);
}

/** Restores constraints as they were; PostgreSQL checks every row of those that were validated. */
export async function addConstraints(
  client: Client,
  constraints: readonly Constraint[],
): Promise<void> {
  for (const { name, table, definition, comment } of constraints) {
    await client.query(
      `ALTER TABLE ${qualified(table)} ADD CONSTRAINT ${ident(name)} ${definition}`,
    );
    if (comment === null) continue;
    await client.query(
      `COMMENT ON CONSTRAINT ${ident(name)} ON ${qualified(table)} IS ${literal(comment)}`,
    );
  }
}
