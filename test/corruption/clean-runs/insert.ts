import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { withSession } from '../../support/harness/databases';
import type { Column } from './columns';
import type { RandomRows, Row } from './projects';
import { RULES, type Place } from './rules';

/** The column by which rows of other tables name a row; `id` where nothing else is said. */
const KEYS: Readonly<Record<string, string>> = { 'auth.custom_oauth_providers': 'identifier' };

/** Inserts a random project into the source; gives the number of rows by table. */
export async function insertProject(
  database: string,
  columns: readonly Column[],
  { projectRef, rows: all }: { readonly projectRef: string; readonly rows: RandomRows },
): Promise<ReadonlyMap<string, number>> {
  const keys = new Map<string, string[]>();
  const counts = new Map<string, number>();
  await withSession(database, async (client) => {
    await client.query('BEGIN');
    for (const [table, rows] of Object.entries(all)) {
      const own = columns.filter((column) => column.table === table);
      for (const [index, row] of rows.entries()) {
        const values = fill(own, row, { projectRef, index, keys });
        if (values === undefined || !(await insert(client, own, values))) continue;
        counts.set(table, (counts.get(table) ?? 0) + 1);
        const key = values[own.findIndex(({ name }) => name === (KEYS[table] ?? 'id'))];
        if (typeof key === 'string') keys.set(table, [...(keys.get(table) ?? []), key]);
      }
    }
    await client.query('COMMIT');
  });
  return counts;
}

interface Surroundings {
  readonly projectRef: string;
  readonly index: number;
  readonly keys: ReadonlyMap<string, readonly string[]>;
}

/** The row's values in the order of the columns; `undefined` where it lacks a row to refer to. */
function fill(
  columns: readonly Column[],
  row: Row,
  { projectRef, index, keys }: Surroundings,
): (string | null)[] | undefined {
  const values = columns.map(({ table, name }, position) => {
    const cell = row.cells[name] ?? null;
    const choose = <T>(from: readonly T[]): T | undefined =>
      from[(row.pick + position) % from.length];
    const place: Place = {
      projectRef,
      own: uuidOf(`${projectRef}/${table}/${index}`),
      cell,
      some: (other) => choose(keys.get(other) ?? []),
      one: (...of) => choose(of) ?? '',
    };
    const rule = RULES[`${table}.${name}`];
    return rule === undefined ? cell : rule(place);
  });
  const present = values.filter((value) => value !== undefined);
  return present.length === values.length ? present : undefined;
}

/** Tells whether the row is there: where a unique key of it is taken, it is left out. */
async function insert(
  client: Client,
  columns: readonly Column[],
  values: readonly (string | null)[],
): Promise<boolean> {
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const casts = columns.map(({ type }, index) => `$${index + 1}::${type}`).join(', ');
  const { rowCount } = await client.query(
    `INSERT INTO ${columns[0]?.table ?? ''} (${names}) VALUES (${casts}) ON CONFLICT DO NOTHING`,
    [...values],
  );
  return rowCount === 1;
}

function uuidOf(label: string): string {
  const hex = createHash('md5').update(label).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
