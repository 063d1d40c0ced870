import { z } from 'zod';
import type { Extent } from './extent';
import { PROJECT_SCHEMAS } from './names';
import {
  columnName,
  quote,
  readColumnName,
  readTableName,
  splitColumn,
  splitTable,
  unquote,
} from './object-names';

/** A table's name, in quotes or not. */
export const tableKey = named(readTableName, 'must be named "schema.table"');

const because = z
  .string('must say why')
  .trim()
  .min(1, 'must say why')
  .describe('Why it stays behind; plan and report print it.');
const KEY_PATH = 'must be a key path such as "user_id -> auth.users.id"';
const via = z
  .string(KEY_PATH)
  .refine((text) => readKeyPath(text) !== undefined, KEY_PATH)
  .describe('The key path to a table with a scope, such as `user_id -> auth.users.id`.');

/** How the rows of one table that belong to a project are identified, as a configuration says it. */
export const tableScopeSchema = z.discriminatedUnion('scope', [
  z.strictObject({
    scope: z.literal('owned').describe('The rows that the key path leads to.'),
    via,
  }),
  z.strictObject({
    scope: z
      .literal('shared')
      .describe('The rows that the key path leads to; other projects may need a copy as well.'),
    via,
  }),
  z.strictObject({
    scope: z
      .literal('ephemeral')
      .describe('The rows that the key path leads to; they are needed for a short time only.'),
    via,
  }),
  z.strictObject({
    scope: z.literal('bookkeeping').describe('All rows: the list of migrations of a service.'),
  }),
  z.strictObject({ scope: z.literal('excluded').describe('No row.'), because }),
]);

const columnScopeSchema = z.strictObject({
  scope: z.literal('excluded').describe('The column stays behind.'),
  because,
});

const columnKey = named(readColumnName, 'must be named "schema.table.column"');

const carriedName = z
  .string()
  .regex(
    /^(?:type|domain|sequence|collation) .+\..+$|^function .+\..+\(.*\)$/s,
    'must be a type, domain, sequence, collation or function as the plan names it, such as "type public.mood" or "function public.norm(text)"',
  );

/** What a configuration says of scopes besides the rules that are built in. */
export const scopesSchema = z.strictObject({
  tables: z
    .record(tableKey, tableScopeSchema)
    .default({})
    .describe('The scope of each table that has none built in, by its name `schema.table`.'),
  columns: z
    .record(columnKey, columnScopeSchema)
    .default({})
    .describe('Columns that stay behind, by their name `schema.table.column`.'),
  carry: z
    .array(carriedName)
    .default([])
    .describe(
      'Types, domains, sequences, collations and functions of other schemas that come along, as the plan names them.',
    ),
  ephemeral: z
    .enum(['carry', 'drop'])
    .default('carry')
    .describe(
      'What becomes of pending tokens, challenges and uploads: they come along, or stay behind.',
    ),
  normalizeNullTokens: z
    .boolean()
    .default(false)
    .describe('`true` writes empty values for NULLs of `auth.users` that stock Auth cannot read.'),
});

export type TableScope = z.infer<typeof tableScopeSchema>;
export type Scopes = z.infer<typeof scopesSchema>;

/** The built-in rules alone. */
export const NO_SCOPES: Scopes = {
  tables: {},
  columns: {},
  carry: [],
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
  return readKeyPath(path) ?? { column: '', table: '', key: '' };
}

/** A key path as a configuration writes it; a column with a dot, a quote or an arrow in it stands in quotes. */
export function keyPathText({ column, table, key }: KeyPath): string {
  const plain = /^[^\s."]+(?: +[^\s."]+)*$/.test(column) && !column.includes('->');
  return `${plain ? column : quote(column)} -> ${columnName(table, key)}`;
}

function readKeyPath(path: string): KeyPath | undefined {
  const [, column, to = ''] = /^\s*("(?:[^"]|"")+"|[^".]+?)\s*->\s*(.+?)\s*$/s.exec(path) ?? [];
  const read = readColumnName(to);
  if (column === undefined || read === undefined) return undefined;
  const [table, key] = splitColumn(read);
  return { column: unquote(column), table, key };
}

/** A name as people write it, which becomes a name in moveout's notation. */
function named(
  read: (text: string) => string | undefined,
  message: string,
): z.ZodPipe<z.ZodString, z.ZodTransform<string, string>> {
  return z.string().transform((text, context) => {
    const name = read(text);
    if (name !== undefined) return name;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

/** What a migration handles under a configuration: tables outside the project's schemas come in singly. */
export function extentOf({ tables, columns, carry }: Scopes): Extent {
  const whole: readonly string[] = PROJECT_SCHEMAS;
  const single = Object.entries(tables)
    .filter(([, { scope }]) => scope !== 'excluded')
    .map(([table]) => table)
    .filter((table) => !whole.includes(splitTable(table)[0]));
  return {
    schemas: PROJECT_SCHEMAS,
    tables: single.sort(),
    withoutColumns: Object.keys(columns).sort(),
    ...(carry.length > 0 && { carried: [...carry].sort() }),
  };
}
