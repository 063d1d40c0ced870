import type { Client } from 'pg';
import { z } from 'zod';
import { tableNameSql } from '../identifiers';
import type { Extent } from '../../../workflows/domain/extent';
import { inExtent } from './tables';
import { queryCatalog } from '../session/prepared';

const blindRow = z.object({ table: z.string(), reason: z.enum(['select', 'rls', 'usage']) });

/**
 * Lists the tables of the extent that the session's role cannot read whole: no SELECT, no USAGE on
 * the schema, or row level security that would hide rows (silently, unless `row_security` is off).
 */
export async function readBlindSpots(
  client: Client,
  extent: Extent,
): Promise<readonly z.infer<typeof blindRow>[]> {
  const result = await queryCatalog(
    client,
    `SELECT ${tableNameSql('n', 'c')} AS "table",
            CASE WHEN NOT has_schema_privilege(n.oid, 'USAGE') THEN 'usage'
                 WHEN NOT has_table_privilege(c.oid, 'SELECT') THEN 'select' ELSE 'rls' END AS reason
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_roles r ON r.rolname = current_user
      WHERE ${inExtent('n', 'c')} AND c.relkind IN ('r', 'p') AND NOT r.rolsuper
        AND (NOT has_schema_privilege(n.oid, 'USAGE')
             OR NOT has_table_privilege(c.oid, 'SELECT')
             OR c.relrowsecurity AND NOT r.rolbypassrls
                AND (c.relforcerowsecurity OR NOT pg_has_role(c.relowner, 'USAGE')))
      ORDER BY 1`,
    [extent.schemas, extent.tables],
  );
  return z.array(blindRow).parse(result.rows);
}
