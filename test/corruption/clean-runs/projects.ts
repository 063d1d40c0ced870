import fc, { type Arbitrary } from 'fast-check';
import type { Column } from './columns';
import { valueOf } from './values';

/** What a random row holds by the types of its columns, and what it picks where it may choose. */
export interface Row {
  readonly pick: number;
  readonly cells: Readonly<Record<string, string | null>>;
}

/** Rows of one project by `schema.table`, in an order in which they can be inserted. */
export type RandomRows = Readonly<Record<string, readonly Row[]>>;

/** Random projects that are moved at the same time, their backups in one format. */
export interface Batch {
  readonly format: 'json' | 'copy';
  readonly projects: readonly RandomRows[];
}

/** What other rows are looked for by goes first; all else as it was created. */
const FIRST: readonly string[] = [
  ...['auth.instances', 'auth.sso_providers', 'auth.custom_oauth_providers', 'auth.oauth_clients'],
  ...['auth.oauth_client_states', 'auth.users', 'auth.sessions', 'auth.mfa_factors'],
];
/** The services' own lists of what they ran are as the schema's script left them. */
const BOOKKEEPING: readonly string[] = ['auth.schema_migrations', 'storage.migrations'];
const MOST_ROWS = 4;

/** Random rows in random tables of `size` projects; at least one user in each. */
export function anyBatch(columns: readonly Column[], size: number): Arbitrary<Batch> {
  const tables = [...new Set([...FIRST, ...columns.map(({ table }) => table)])];
  const rows = tables
    .filter((table) => !BOOKKEEPING.includes(table))
    .map((table) => [table, rowsOf(table, columns)] as const);
  const project = fc.record(Object.fromEntries(rows));
  return fc.record({
    format: fc.constantFrom('json', 'copy'),
    projects: fc.array(project, { minLength: size, maxLength: size }),
  });
}

function rowsOf(table: string, columns: readonly Column[]): Arbitrary<readonly Row[]> {
  const own = columns.filter((column) => column.table === table);
  const cells = Object.fromEntries(own.map((column) => [column.name, valueOf(column)]));
  const row = fc.record({ pick: fc.nat(), cells: fc.record(cells) });
  return fc.array(row, { minLength: table === 'auth.users' ? 1 : 0, maxLength: MOST_ROWS });
}
