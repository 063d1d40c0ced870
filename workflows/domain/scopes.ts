import { z } from 'zod';
import type { Extent } from './extent';
import { PROJECT_SCHEMAS } from './names';

const because = z.string().trim().min(1, 'must say why');
const via = z
  .string()
  .regex(/^[^.]+->[^.]+\..+\.[^.]+$/, 'must be a key path such as "user_id -> auth.users.id"');

/** How the rows of one table that belong to a project are told, as a configuration says it. */
export const tableScopeSchema = z.discriminatedUnion('scope', [
  z.strictObject({ scope: z.literal('owned'), via }),
  z.strictObject({ scope: z.literal('shared'), via }),
  z.strictObject({ scope: z.literal('ephemeral'), via }),
  z.strictObject({ scope: z.literal('bookkeeping') }),
  z.strictObject({ scope: z.literal('excluded'), because }),
]);

const columnScopeSchema = z.strictObject({ scope: z.literal('excluded'), because });

const tableName = z.string().regex(/^[^.]+\..+$/, 'must be named "schema.table"');
const columnName = z.string().regex(/^[^.]+\..+\.[^.]+$/, 'must be named "schema.table.column"');

/** What a configuration says of scopes beside the rules that are built in. */
export const scopesSchema = z.strictObject({
  tables: z.record(tableName, tableScopeSchema).default({}),
  columns: z.record(columnName, columnScopeSchema).default({}),
  /** Whether pending tokens, challenges and uploads come along. */
  ephemeral: z.enum(['carry', 'drop']).default('carry'),
  /** Whether NULLs that stock Auth cannot read become empty on their way. */
  normalizeNullTokens: z.boolean().default(false),
});

export type TableScope = z.infer<typeof tableScopeSchema>;
export type Scopes = z.infer<typeof scopesSchema>;

/** The built-in rules alone. */
export const NO_SCOPES: Scopes = {
  tables: {},
  columns: {},
  ephemeral: 'carry',
  normalizeNullTokens: false,
};

/** A key path in parts: this table's column, and the column of another table that it holds. */
export interface KeyPath {
  readonly column: string;
  readonly table: string;
  readonly key: string;
}

/** Takes a key path apart; the schema above has checked its form. */
export function keyPathOf(path: string): KeyPath {
  const [column = '', to = ''] = path.split('->').map((side) => side.trim());
  const dot = to.lastIndexOf('.');
  return { column, table: to.slice(0, dot), key: to.slice(dot + 1) };
}

/** What a migration handles under a configuration: tables outside the project's schemas come in singly. */
export function extentOf({ tables, columns }: Scopes): Extent {
  const whole: readonly string[] = PROJECT_SCHEMAS;
  const single = Object.entries(tables)
    .filter(([, { scope }]) => scope !== 'excluded')
    .map(([table]) => table)
    .filter((table) => !whole.includes(table.slice(0, table.indexOf('.'))));
  return {
    schemas: PROJECT_SCHEMAS,
    tables: single.sort(),
    withoutColumns: Object.keys(columns).sort(),
  };
}
