import type { Client } from 'pg';
import { z } from 'zod';
import type { Content, ColumnProjection } from '../../../workflows/domain/manifest';
import { CatalogCache } from '../catalog/cache';
import type { TableFacts } from '../catalog/tables';
import { qualified } from '../identifiers';
import { selectListAtTarget } from './projection';

type Generated = NonNullable<Content['generated']>;

const steady = new CatalogCache<readonly ColumnProjection[]>();

const nameRow = z.object({ name: z.string() });

/**
 * The generated columns whose values are the same at both ends: all but those computed from a column
 * that the projection rewrites.
 */
export async function comparableGeneratedColumns(
  client: Client,
  facts: TableFacts,
  columns: readonly ColumnProjection[],
): Promise<readonly ColumnProjection[]> {
  const generated = facts.columns.filter((column) => column.generated);
  if (generated.length === 0) return [];
  const rewritten = columns.filter(
    ({ read, whenNull }) => read === 'nil' || whenNull !== undefined,
  );
  const names = rewritten.map(({ name }) => name);
  return steady.getOrLoad(client, [facts, names], () => listSteady(client, facts, names));
}

async function listSteady(
  client: Client,
  { table, columns }: TableFacts,
  rewritten: readonly string[],
): Promise<readonly ColumnProjection[]> {
  const result = await client.query(COMPUTED_FROM, [qualified(table), rewritten]);
  const unsteady = new Set(
    z
      .array(nameRow)
      .parse(result.rows)
      .map(({ name }) => name),
  );
  return columns
    .filter(({ name, generated }) => generated && !unsteady.has(name))
    .map(({ name, type, form }) => ({ name, type, read: form }));
}

/** Generated columns with the primary key, so that each value stays with its row; nothing of no columns. */
export function generatedExpressions(
  { columns, key }: Pick<Content, 'columns' | 'key'>,
  generated: Generated['columns'],
): readonly string[] {
  if (generated.length === 0) return [];
  return selectListAtTarget([...generated, ...columns.filter(({ name }) => key?.includes(name))]);
}

/** Up to PostgreSQL 14 the column depends on what it is computed from, since then its default does. */
const COMPUTED_FROM = `
  SELECT DISTINCT a.attname AS name
    FROM pg_attribute AS a
    JOIN pg_attrdef AS d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
    JOIN pg_depend AS p ON (p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid)
      OR (p.classid = 'pg_class'::regclass AND p.objid = a.attrelid AND p.objsubid = a.attnum)
    JOIN pg_attribute AS r ON (r.attrelid, r.attnum) = (p.refobjid, p.refobjsubid)
   WHERE a.attrelid = $1::regclass AND a.attgenerated <> '' AND r.attrelid = a.attrelid
     AND p.refclassid = 'pg_class'::regclass AND r.attname = ANY ($2)`;
