import type { Client } from 'pg';
import { z } from 'zod';
import { readForeignKeys, type ForeignKey } from '../catalog/foreign-keys';
import { ident, qualified } from '../identifiers';
import { ruleOf, type ProjectKeys } from './rules';

/** Rows of a project that refer to rows which are not the project's, by one foreign key. */
export interface Crossing {
  readonly foreignKey: string;
  readonly table: string;
  readonly references: string;
  readonly rows: number;
}

/**
 * Finds rows in scope whose foreign key points at a row out of scope: they could not be loaded. The
 * session's snapshot must be the one in which the keys were read.
 */
export async function findCrossings(
  client: Client,
  schemas: readonly string[],
  keys: ProjectKeys,
): Promise<readonly Crossing[]> {
  const found: Crossing[] = [];
  for (const key of await readForeignKeys(client, schemas)) {
    const rows = await countCrossing(client, key, keys);
    const { name: foreignKey, table, references } = key;
    if (rows > 0) found.push({ foreignKey, table, references, rows });
  }
  return found;
}

async function countCrossing(client: Client, key: ForeignKey, keys: ProjectKeys): Promise<number> {
  const [from, to] = [ruleOf(key.table), ruleOf(key.references)];
  if (from === undefined || to === undefined) return 0;
  const present = key.columns.map((column) => `c.${ident(column)} IS NOT NULL`);
  const joined = key.columns.map(
    (column, i) => `t.${ident(key.referencedColumns[i] ?? column)} = c.${ident(column)}`,
  );
  const result = await client.query(
    `SELECT count(*)::int AS rows
       FROM (SELECT * FROM ${qualified(key.table)} AS t WHERE ${from.where(keys)}) AS c
      WHERE ${present.join(' AND ')}
        AND NOT EXISTS (SELECT FROM ${qualified(key.references)} AS t
                         WHERE ${joined.join(' AND ')} AND ${to.where(keys)})`,
  );
  return z.object({ rows: z.number() }).parse(result.rows[0]).rows;
}
