import { z } from 'zod';
import { PROJECT_SCHEMAS } from './names';
import { readColumnName, readTableName } from './object-names';

/** A table's name in moveout's notation. */
export const tableNameSchema = z
  .string()
  .refine((name) => readTableName(name) === name, 'must be "schema.table"');
const column = z
  .string()
  .refine((name) => readColumnName(name) === name, 'must be "schema.table.column"');

/** What of a database a migration handles, as it is recorded in a backup. */
export const extentSchema = z.strictObject({
  /** Schemas that are handled whole. */
  schemas: z.array(z.string().min(1)),
  /** Single tables of other schemas, `schema.table`. */
  tables: z.array(tableNameSchema),
  /** Columns that stay behind, `schema.table.column`. */
  withoutColumns: z.array(column),
  /** Single objects of other schemas that come along, by kind and name: `type public.mood`. */
  carried: z.array(z.string().min(1)).optional(),
  /** Excluded tables, views and foreign tables that are not even made, `schema.table`. */
  withoutTables: z.array(tableNameSchema).optional(),
});

/** What of a database a migration handles: whole schemas and single tables, except for some columns. */
export interface Extent {
  readonly schemas: readonly string[];
  readonly tables: readonly string[];
  readonly withoutColumns: readonly string[];
  readonly carried?: readonly string[] | undefined;
  readonly withoutTables?: readonly string[] | undefined;
}

/** `auth` and `storage`, whole: all that is handled unless the configuration says more. */
export const PROJECT_EXTENT: Extent = { schemas: PROJECT_SCHEMAS, tables: [], withoutColumns: [] };
