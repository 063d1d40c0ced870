import type { Client } from 'pg';
import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import { readForeignKeys, type ForeignKey } from '../catalog/foreign-keys';
import { NOTHING } from '../catalog/holding';
import { ident, qualified } from '../identifiers';
import { runBatch } from '../run-together';
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
 * session's snapshot must be the one in which the scope was read. With `about` only the keys of that
 * table, and those that point at it.
 */
export async function findCrossings(
  client: Client,
  extent: Extent,
  scope: ProjectScope,
  about?: string,
): Promise<readonly Crossing[]> {
  const tables = new Map(scope.tables.map((table) => [table.facts.table, table]));
  const asked = (await readForeignKeys(client, extent)).flatMap((key) => {
    const [from, to] = [tables.get(key.table), tables.get(key.references)];
    if (from === undefined || to === undefined || from.where === NOTHING) return [];
    if (about !== undefined && key.table !== about && key.references !== about) return [];
    return [{ key, from, to }];
  });
  const results = await runBatch(client, countings(asked));
  return asked.flatMap(({ key: { name: foreignKey, table, references } }, i) => {
    const { rows } = crossingRow.parse(results[i]?.rows[0]);
    return rows > 0 ? [{ foreignKey, table, references, rows }] : [];
  });
}

interface Asked {
  readonly key: ForeignKey;
  readonly from: ScopedTable;
  readonly to: ScopedTable;
}

/** Each holds the keys of the project several times: they come into being one by one. */
function* countings(asked: readonly Asked[]): Generator<string> {
  for (const { key, from, to } of asked) yield counting(key, { from, to });
}

const crossingRow = z.object({ rows: z.number() });

function counting(key: ForeignKey, { from, to }: Pick<Asked, 'from' | 'to'>): string {
  const present = key.columns.map((column) => `c.${ident(column)} IS NOT NULL`);
  const joined = key.columns.map(
    (column, i) =>
      `t.${ident(key.referencedColumns[i] ?? column)} ${key.operators[i] ?? '='} c.${ident(column)}`,
  );
  return `SELECT count(*)::int AS rows
       FROM (SELECT * FROM ${qualified(key.table)} AS t WHERE ${from.where}) AS c
      WHERE ${present.join(' AND ')}
        AND NOT EXISTS (SELECT FROM ${qualified(key.references)} AS t
                         WHERE ${joined.join(' AND ')} AND ${to.where})`;
}
