import type { Client } from 'pg';
import { z } from 'zod';
import { literal, qualified } from '../identifiers';
import { queryCatalog } from '../session/prepared';

/** Rows of one table: those for which a predicate over the alias `t` holds. */
export interface Choice {
  readonly table: string;
  readonly where: string;
}

/** The predicate that nothing fulfils: what is chosen by it need not be asked for. */
export const NOTHING = 'false';

/**
 * Tells which tables hold any of the rows chosen, in one statement over those that are not empty; which
 * these are is asked if the caller does not know it of the same snapshot.
 */
export async function populatedTables(
  client: Client,
  choices: readonly Choice[],
  known?: ReadonlyMap<string, number>,
): Promise<ReadonlySet<string>> {
  const possible = choices.filter(({ where }) => where !== NOTHING);
  const names = possible.map(({ table }) => table);
  const filled = known ?? (await tablesWithRows(client, names));
  const nonEmpty = possible.filter(({ table }) => filled.has(table));
  if (nonEmpty.length === 0) return new Set();
  const selects = nonEmpty.map(
    ({ table, where }) =>
      `SELECT ${literal(table)} AS "table" WHERE EXISTS (SELECT FROM ${qualified(table)} AS t WHERE (${where}))`,
  );
  const result = await client.query(selects.join(' UNION ALL '));
  const rows = z.array(z.object({ table: z.string() })).parse(result.rows);
  return new Set(rows.map(({ table }) => table));
}

/**
 * Tells which of the tables may hold rows, and how many bytes the rows of each take, what was moved out of them (TOAST)
 * aside. A heap whose file is empty holds none in any snapshot, since nothing shortens it that an open snapshot can
 * still see; all other relations are taken to hold some, and to be of any size.
 */
export async function tablesWithRows(
  client: Client,
  tables: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (tables.length === 0) return new Map();
  const result = await queryCatalog(
    client,
    `SELECT n.name, CASE WHEN c.relkind = 'r' AND a.amname = 'heap' AND NOT c.relhassubclass
                         THEN pg_relation_size(c.oid) END::text AS bytes
       FROM unnest($1::text[], $2::text[]) AS n (name, quoted)
       LEFT JOIN pg_class AS c ON c.oid = to_regclass(n.quoted)
       LEFT JOIN pg_am AS a ON a.oid = c.relam`,
    [tables, tables.map(qualified)],
  );
  const sized = z.array(sizeRow).parse(result.rows);
  return new Map(
    sized
      .filter(({ bytes }) => bytes !== '0')
      .map(({ name, bytes }) => [name, bytes === null ? Infinity : Number(bytes)]),
  );
}

const sizeRow = z.object({ name: z.string(), bytes: z.string().nullable() });

/** Counts the rows of each table, in the order given. */
export async function countRows(
  client: Client,
  tables: readonly string[],
): Promise<readonly number[]> {
  if (tables.length === 0) return [];
  const selects = tables.map(
    (table, i) => `SELECT ${String(i)} AS n, count(*)::text AS rows FROM ${qualified(table)}`,
  );
  const result = await client.query(`${selects.join(' UNION ALL ')} ORDER BY n`);
  return z
    .array(z.object({ rows: z.coerce.number() }))
    .parse(result.rows)
    .map((row) => row.rows);
}
