import type { Client } from 'pg';
import { z } from 'zod';
import { literal, qualified } from '../identifiers';
import { tablesWithRows } from './filled';

/** Rows of one table: those for which a predicate over the alias `t` holds. */
export interface Choice {
  readonly table: string;
  readonly where: string;
}

/** The predicate that nothing fulfils: what is chosen by it need not be asked for. */
export const NOTHING = 'false';

/**
 * Tells which tables hold any of the rows chosen, in one statement over those that are not empty; which
 * these are is asked where the caller does not know it of the same snapshot.
 */
export async function populatedTables(
  client: Client,
  choices: readonly Choice[],
  known?: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const possible = choices.filter(({ where }) => where !== NOTHING);
  const names = possible.map(({ table }) => table);
  const filled = known ?? (await tablesWithRows(client, names));
  const asked = possible.filter(({ table }) => filled.has(table));
  if (asked.length === 0) return new Set();
  const selects = asked.map(
    ({ table, where }) =>
      `SELECT ${literal(table)} AS "table" WHERE EXISTS (SELECT FROM ${qualified(table)} AS t WHERE (${where}))`,
  );
  const result = await client.query(selects.join(' UNION ALL '));
  const rows = z.array(z.object({ table: z.string() })).parse(result.rows);
  return new Set(rows.map(({ table }) => table));
}
