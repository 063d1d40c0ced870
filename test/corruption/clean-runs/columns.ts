import { query } from '../../support/harness/databases';

/** One column that rows can be given a value for. */
export interface Column {
  readonly table: string;
  readonly name: string;
  /** As `format_type` prints it. */
  readonly type: string;
  readonly notNull: boolean;
  /** The labels of an enum, else none. */
  readonly labels: readonly string[];
}

/** Reads every column of both schemas but generated ones and those that a sequence fills. */
export async function readColumns(database: string): Promise<readonly Column[]> {
  return query<Column & Readonly<Record<string, unknown>>>(
    database,
    `SELECT n.nspname || '.' || c.relname AS "table", a.attname AS name,
            format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS "notNull",
            ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = a.atttypid ORDER BY enumsortorder) AS labels
       FROM pg_attribute AS a
       JOIN pg_class AS c ON c.oid = a.attrelid
       JOIN pg_namespace AS n ON n.oid = c.relnamespace
       LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
      WHERE n.nspname IN ('auth', 'storage') AND c.relkind = 'r' AND a.attnum > 0
        AND NOT a.attisdropped AND a.attgenerated = ''
        AND coalesce(pg_get_expr(d.adbin, d.adrelid), '') NOT LIKE 'nextval(%'
      ORDER BY c.oid, a.attnum`,
  );
}
