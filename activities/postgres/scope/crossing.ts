import type { Client } from 'pg';
import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import { readForeignKeys, type ForeignKey } from '../catalog/foreign-keys';
import { NOTHING } from '../catalog/holding';
import { ident, qualified } from '../identifiers';
import type { ProjectScope, ScopedTable } from './project-scope';

/** Rows of a project that refer to rows which are not the project's, by one foreign key. */
export interface Crossing {
  readonly foreignKey: string;
  readonly table: string;
  readonly references: string;
  readonly rows: number;
}

/**
 * Finds rows in scope whose foreign key points at a row out of scope: they could not be loaded. The
 * session's snapshot must be the one in which the scope was read.
 */
export async function findCrossings(
  client: Client,
  extent: Extent,
  scope: ProjectScope,
): Promise<readonly Crossing[]> {
  const tables = new Map(scope.tables.map((table) => [table.facts.table, table]));
  const found: Crossing[] = [];
  for (const key of await readForeignKeys(client, extent)) {
    const [from, to] = [tables.get(key.table), tables.get(key.references)];
    if (from === undefined || to === undefined || from.where === NOTHING) continue;
    const rows = await countCrossing(client, key, { from, to });
    const { name: foreignKey, table, references } = key;
    if (rows > 0) found.push({ foreignKey, table, references, rows });
  }
  return found;
}

async function countCrossing(
  client: Client,
  key: ForeignKey,
  { from, to }: { readonly from: ScopedTable; readonly to: ScopedTable },
): Promise<number> {
  const present = key.columns.map((column) => `c.${ident(column)} IS NOT NULL`);
  const joined = key.columns.map(
    (column, i) =>
      `t.${ident(key.referencedColumns[i] ?? column)} ${key.operators[i] ?? '='} c.${ident(column)}`,
  );
  const result = await client.query(
    `SELECT count(*)::int AS rows
       FROM (SELECT * FROM ${qualified(key.table)} AS t WHERE ${from.where}) AS c
      WHERE ${present.join(' AND ')}
        AND NOT EXISTS (SELECT FROM ${qualified(key.references)} AS t
                         WHERE ${joined.join(' AND ')} AND ${to.where})`,
  );
  return z.object({ rows: z.number() }).parse(result.rows[0]).rows;
}
