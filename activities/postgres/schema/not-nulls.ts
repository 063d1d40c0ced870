import { z } from 'zod';
import type { Extent } from '../../../workflows/domain/extent';
import { ident } from '../identifiers';
import { inExtent } from './beside';
import type { Ask, Supplement } from './beside';

const ROW = z.object({
  schema: z.string(),
  table: z.string(),
  column: z.string(),
  name: z.string(),
});

/**
 * NOT NULL constraints that are NOT VALID, which PostgreSQL has since 18: the column reads as NOT NULL, but
 * rows from before may hold NULL. They are set after the rows.
 */
export async function readInvalidNotNulls(
  ask: Ask,
  extent: Extent,
): Promise<readonly Supplement[]> {
  const rows = ROW.array().parse(
    await ask(`
SELECT n.nspname AS schema, c.relname AS table, a.attname AS column, k.conname AS name
  FROM pg_constraint k
  JOIN pg_class c ON c.oid = k.conrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
 WHERE k.contype = 'n' AND NOT k.convalidated AND ${inExtent(extent)}
 ORDER BY 1, 2, 3`),
  );
  return rows.flatMap(notNullSupplement);
}

function notNullSupplement({ schema, table, column, name }: z.infer<typeof ROW>): Supplement[] {
  const alter = `ALTER TABLE ${ident(schema)}.${ident(table)}`;
  const common = {
    id: { kind: 'column', schema, table, name: column },
    attribute: 'notNullValidated',
    value: 'false',
    roles: [],
  } as const;
  return [
    {
      ...common,
      half: 'before',
      statements: [`${alter} ALTER COLUMN ${ident(column)} DROP NOT NULL`],
    },
    {
      ...common,
      half: 'after',
      statements: [`${alter} ADD CONSTRAINT ${ident(name)} NOT NULL ${ident(column)} NOT VALID`],
    },
  ];
}
