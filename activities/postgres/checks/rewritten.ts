import { counted } from '../../../workflows/domain/counted';
import { problem, type Findings } from '../../../workflows/domain/findings';
import type { Client } from 'pg';
import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import { readForeignKeys } from '../catalog/foreign-keys';
import { inExtent } from '../catalog/tables';
import { ident, qualified, tableNameSql } from '../identifiers';
import { arrivingAs } from '../rows/projection';
import type { ProjectScope, ScopedTable } from '../scope/project-scope';
import { queryCatalog } from '../session/prepared';

/** A constraint that the project's rows break once `instance_id` is rewritten, though they keep it in the source. */
interface BrokenByRewrite {
  readonly constraint: string;
  readonly table: string;
  readonly rows: number;
}

const countRow = z.object({ rows: z.coerce.number() });
const checkRow = z.object({
  constraint: z.string(),
  table: z.string(),
  expression: z.string(),
  columns: z.array(z.string()),
});

/**
 * Finds checks and foreign keys on columns that are rewritten on their way, and the rows that would break
 * them in the target (`instance-id`). The session's snapshot must be the one in which the scope was read.
 */
export async function checkRewritten(
  client: Client,
  extent: Extent,
  scope: ProjectScope,
): Promise<Findings> {
  const found = await findBrokenByRewrite(client, extent, scope);
  return problem(
    'instance-id',
    found.map(
      ({ constraint, table, rows }) =>
        `${counted(rows, 'row')} of ${table} would break ${constraint} in the target, where instance_id becomes the nil UUID that stock Auth looks for; drop ${constraint} in the source, or change it so that it allows that value`,
    ),
  );
}

async function findBrokenByRewrite(
  client: Client,
  extent: Extent,
  scope: ProjectScope,
): Promise<readonly BrokenByRewrite[]> {
  const tables = new Map(scope.tables.map((table) => [table.facts.table, table]));
  const broken: BrokenByRewrite[] = [];
  const ask = async (constraint: string, table: string, statement: string): Promise<void> => {
    const result = await client.query(statement);
    const { rows } = countRow.parse(result.rows[0]);
    if (rows > 0) broken.push({ constraint, table, rows });
  };
  for (const { constraint, table, expression, columns } of await readChecks(client, extent)) {
    const scoped = tables.get(table);
    if (scoped === undefined || !columns.some((column) => isRewritten(scoped, column))) continue;
    const counting = `SELECT count(*)::text AS rows FROM ${arriving(scoped)} AS r WHERE NOT (${expression})`;
    await ask(`check ${constraint}`, table, counting);
  }
  for (const key of await readForeignKeys(client, extent)) {
    const [from, to] = [tables.get(key.table), tables.get(key.references)];
    if (from === undefined || to === undefined || !key.validated) continue;
    const rewritten =
      key.columns.some((column) => isRewritten(from, column)) ||
      key.referencedColumns.some((column) => isRewritten(to, column));
    if (!rewritten) continue;
    const joined = key.columns.map(
      (column, i) =>
        `p.${ident(key.referencedColumns[i] ?? column)} ${key.operators[i] ?? '='} f.${ident(column)}`,
    );
    const present = key.columns.map((column) => `f.${ident(column)} IS NOT NULL`);
    const counting = `SELECT count(*)::text AS rows FROM ${arriving(from)} AS f
      WHERE ${present.join(' AND ')}
        AND NOT EXISTS (SELECT FROM ${arriving(to)} AS p WHERE ${joined.join(' AND ')})`;
    await ask(`foreign key ${key.name}`, key.table, counting);
  }
  return broken;
}

function isRewritten({ facts }: ScopedTable, column: string): boolean {
  return arrivingAs(facts, column) !== `t.${ident(column)}`;
}

/** The project's rows of a table as they arrive in the target. */
function arriving({ facts, where }: ScopedTable): string {
  const columns = facts.columns.map(({ name }) => `${arrivingAs(facts, name)} AS ${ident(name)}`);
  return `(SELECT ${columns.join(', ')} FROM ${qualified(facts.table)} AS t WHERE (${where}))`;
}

async function readChecks(
  client: Client,
  extent: Extent,
): Promise<readonly z.infer<typeof checkRow>[]> {
  const result = await queryCatalog(
    client,
    `SELECT k.conname AS "constraint", ${tableNameSql('n', 'c')} AS "table",
            pg_get_expr(k.conbin, k.conrelid) AS expression,
            (SELECT json_agg(a.attname) FROM pg_attribute a
              WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey)) AS columns
       FROM pg_constraint k
       JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE k.contype = 'c' AND k.convalidated AND cardinality(k.conkey) > 0 AND ${inExtent('n', 'c')}
        AND NOT c.relispartition
      ORDER BY 2, 1`,
    [extent.schemas, extent.tables],
  );
  return z.array(checkRow).parse(result.rows);
}
