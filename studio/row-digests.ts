import type { Client } from 'pg';

/** `schema.table` → the MD5 of every row's text, for every table of auth and storage, by name. */
export type RowDigests = ReadonlyMap<string, ReadonlySet<string>>;

const NIL = '00000000-0000-0000-0000-000000000000';
const NIL_INSTANCE = ['auth.users', 'auth.refresh_tokens', 'auth.audit_log_entries'];

/**
 * Reads every row of auth and storage, `instance_id` as it is in a database of a project's own: nil.
 * Sets suffice, since every table has a primary key.
 */
export async function rowDigests(client: Client): Promise<RowDigests> {
  const tables = await client.query<{ table: string; fields: string }>(
    `SELECT table_schema || '.' || table_name AS "table",
       string_agg(
         CASE WHEN column_name = 'instance_id' AND table_schema || '.' || table_name = ANY ($1)
           THEN quote_literal('${NIL}') || '::uuid' ELSE format('r.%I', column_name) END,
         ', ' ORDER BY column_name
       ) AS fields
     FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
     WHERE table_schema IN ('auth', 'storage') AND table_type = 'BASE TABLE'
     GROUP BY 1 ORDER BY 1`,
    [NIL_INSTANCE],
  );
  const found = new Map<string, ReadonlySet<string>>();
  for (const { table, fields } of tables.rows) {
    const { rows } = await client.query<{ digest: string }>(
      `SELECT md5(ROW(${fields})::text) AS digest FROM ${table} AS r`,
    );
    found.set(table, new Set(rows.map(({ digest }) => digest)));
  }
  return found;
}
